import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { languageHost } from "./language-host";

test("the language host passes the tests beside its Go files", async () => {
  // The build downloads the modules and compiles the packages that the tests need too.
  await languageHost(console.error);
  const flags = ["-trimpath", "-gcflags=all=-dwarf=false"];
  const { stdout } = await promisify(execFile)("go", ["test", ...flags, "./..."], {
    cwd: join(__dirname, "language-host"),
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly -buildvcs=false", GOWORK: "off" },
  });
  expect(stdout).toMatch(/^ok\s+chainfleet\/language-host\b/m);
}, 300_000);
