import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { stateProgram } from "./program";

test("the program passes the tests beside its Go files", async () => {
  // The build downloads the modules and compiles the packages that the tests need too.
  await stateProgram(console.error);
  const flags = ["-trimpath", "-gcflags=all=-dwarf=false"];
  const { stdout } = await promisify(execFile)("go", ["test", ...flags, "./..."], {
    cwd: join(__dirname, "build"),
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly -buildvcs=false", GOWORK: "off" },
  });
  expect(stdout.match(/^ok\s+chainfleet\/state\/\w+/gm)).toHaveLength(2);
}, 300_000);
