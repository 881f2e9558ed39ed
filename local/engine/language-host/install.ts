import { spawn } from "node:child_process";
import * as grpc from "@grpc/grpc-js";
import * as language from "@pulumi/pulumi/proto/language_pb";

/** Serves `pulumi install`: lets npm install the packages in the program's lock file, and passes on npm's output. */
export function npmInstall(
  call: grpc.ServerWritableStream<language.InstallDependenciesRequest, language.InstallDependenciesResponse>,
): void {
  const folder = call.request.getInfo()?.getProgramDirectory() || call.request.getDirectory();
  const npm = spawn("npm", ["install"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  call.on("cancelled", () => npm.kill());
  npm.stdout.on("data", (chunk) => call.write(new language.InstallDependenciesResponse().setStdout(chunk)));
  npm.stderr.on("data", (chunk) => call.write(new language.InstallDependenciesResponse().setStderr(chunk)));
  const fail = (details: string) => call.emit("error", { code: grpc.status.UNKNOWN, details });
  npm.on("error", (error) => fail(`npm could not be started: ${error.message}`));
  npm.on("close", (code) =>
    code === 0 ? call.end() : fail(`npm install in ${folder} exited with ${code ?? "a signal"}`),
  );
}
