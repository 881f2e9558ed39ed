import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as language from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ENGINE_VERSION } from "../version";
import { npmInstall } from "./install";
import { exitWithPipe } from "./lifeline";
import { dependencies, requiredPackages } from "./packages";
import { endPrograms, runPlugin, runProgram } from "./programs";

/**
 * A language host for Node: the engine starts it as `pulumi-language-nodejs` and lets it run programs. It replaces the
 * official language host for an engine that was built from its Go module, which does not contain one.
 *
 * The language host prints its port, as the engine expects. It ends with the engine: on a signal, or when the engine's
 * end of the pipe on standard input closes.
 */
export function main(args: readonly string[]): void {
  const engineAddress = args.at(-1) ?? "";
  exitWithPipe(0, endPrograms);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      endPrograms();
      process.exit(0);
    });
  }
  const server = new grpc.Server({
    "grpc.max_receive_message_length": -1,
    "grpc.max_send_message_length": -1,
  });
  server.addService(LanguageRuntimeService, service(engineAddress));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) {
      throw error;
    }
    process.stdout.write(`${port}\n`);
  });
}

function service(addressFromArguments: string): grpc.UntypedServiceImplementation {
  let engineAddress = addressFromArguments;
  return {
    handshake: unary(async (request: language.LanguageHandshakeRequest) => {
      engineAddress = request.getEngineAddress();
      return new language.LanguageHandshakeResponse();
    }),
    getPluginInfo: unary(async () => new PluginInfo().setVersion(ENGINE_VERSION)),
    getRequiredPackages: unary(async (request: language.GetRequiredPackagesRequest) =>
      new language.GetRequiredPackagesResponse().setPackagesList(
        await requiredPackages(programFolder(request)),
      ),
    ),
    run: (
      call: grpc.ServerUnaryCall<language.RunRequest, language.RunResponse>,
      callback: grpc.sendUnaryData<language.RunResponse>,
    ) => {
      const cancellation = new AbortController();
      call.on("cancelled", () => cancellation.abort());
      runProgram(call.request, engineAddress, cancellation.signal).then(
        (response) => callback(null, response),
        (error: Error) => callback({ code: grpc.status.UNKNOWN, details: error.message }),
      );
    },
    runPlugin: (call: grpc.ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>) =>
      runPlugin(call),
    installDependencies: (
      call: grpc.ServerWritableStream<
        language.InstallDependenciesRequest,
        language.InstallDependenciesResponse
      >,
    ) => npmInstall(call),
    getProgramDependencies: unary(async (request: language.GetProgramDependenciesRequest) =>
      new language.GetProgramDependenciesResponse().setDependenciesList(
        await dependencies(programFolder(request)),
      ),
    ),
    about: unary(async () =>
      new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
    ),
    runtimeOptionsPrompts: unary(async () => new language.RuntimeOptionsResponse()),
    cancel: unary(async () => {
      endPrograms();
      return new Empty();
    }),
  };
}

function programFolder(request: { getInfo(): language.ProgramInfo | undefined }): string {
  return request.getInfo()?.getProgramDirectory() ?? process.cwd();
}

function unary<Request, Response>(
  handler: (request: Request) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    handler(call.request).then(
      (response) => callback(null, response),
      (error: Error) => callback({ code: grpc.status.UNKNOWN, details: error.message }),
    );
  };
}
