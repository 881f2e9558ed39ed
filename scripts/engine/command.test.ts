import { readFileSync } from "node:fs";
import { join } from "node:path";
import { minVersion } from "semver";
import { afterEach, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { PROJECT_ROOT } from "../../components/root";
import { EngineCommand, EngineFailure, missingCli, OLDEST_CLI } from "./command";

const failure = (stderr: string) => new EngineFailure("stack", { stdout: "", stderr, code: 6 }, null);
/** What `pulumi stack export` prints. */
const unknown = (name: string) => failure(`error: no stack named '${name}' found\n`);

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the error for a missing CLI or an unknown stack", () => {
  it("says how to use the local target, but only in a shell that does not use the local target", () => {
    const hint = /make up.*eval "\$\(make -s env\)"/;
    vi.stubEnv("CHAINFLEET_LOCAL_TARGET", "http://127.0.0.1:1");
    expect(missingCli(undefined).message).not.toMatch(hint);
    expect(unknown("dev").message).not.toMatch(hint);
    vi.stubEnv("CHAINFLEET_LOCAL_TARGET", undefined);
    expect(missingCli(undefined).message).toMatch(hint);
    expect(unknown("dev").message).toMatch(hint);
  });

  it("says how to create an unknown stack", () => {
    expect(unknown("organization/chainfleet/mine")).toMatchObject({
      code: "STACK_UNKNOWN",
      message: expect.stringMatching(
        /"organization\/chainfleet\/mine" does not exist.*Pulumi\.mine\.yaml.*pulumi stack init organization\/chainfleet\/mine\n.*--secrets-provider/s,
      ),
    });
  });
});

describe("a run of the CLI", () => {
  it("fails with the error for a missing CLI if there is none on the PATH", async () => {
    vi.stubEnv("PATH", join(PROJECT_ROOT, "docs"));
    await expect(new EngineCommand().run(["version"], PROJECT_ROOT, {})).rejects.toMatchObject({
      code: "PULUMI_CLI_MISSING",
    });
  });

  it("is one of a CLI that is at least as new as the Automation API is told", () => {
    const project = parse(readFileSync(join(PROJECT_ROOT, "Pulumi.yaml"), "utf8"));
    expect(minVersion(project.requiredPulumiVersion)?.version).toBe(OLDEST_CLI);
  });
});
