import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
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

  it("that was started ahead is not repeated by the run that takes its result, but by the next one", async () => {
    const runs = cliThat('echo "run $*"; echo once >> "$0.runs"');
    const command = new EngineCommand();
    const args = ["stack", "export", "--stack", "dev"];
    command.startAhead(args, PROJECT_ROOT);
    const other = await command.run(["stack", "ls"], PROJECT_ROOT, {});
    const taken = await command.run(args, PROJECT_ROOT, {});
    expect([other.stdout, taken.stdout]).toEqual([
      "run stack ls --non-interactive\n",
      "run stack export --stack dev --non-interactive\n",
    ]);
    expect(runs()).toBe(2);
    await command.run(args, PROJECT_ROOT, {});
    expect(runs()).toBe(3);
  });

  it("that was started ahead gives its failure to the run that takes its result", async () => {
    cliThat("echo \"error: no stack named 'dev' found\" >&2; exit 6");
    const command = new EngineCommand();
    command.startAhead(["stack", "export"], PROJECT_ROOT);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await expect(command.run(["stack", "export"], PROJECT_ROOT, {})).rejects.toMatchObject({
      code: "STACK_UNKNOWN",
    });
  });
});

describe("a program that was started ahead", () => {
  it("is offered to engines of this project that run a program, until the program is left to the engine", async () => {
    cliThat('echo "run $*"');
    const command = new EngineCommand();
    const offers = async (args: string[], cwd: string) =>
      (await command.run(args, cwd, {})).stdout.includes("--client=127.0.0.1:");
    expect(await offers(["up"], PROJECT_ROOT)).toBe(false);
    command.startProgramAhead();
    expect(await offers(["up"], PROJECT_ROOT)).toBe(true);
    expect(await offers(["preview"], PROJECT_ROOT)).toBe(true);
    expect(await offers(["destroy"], PROJECT_ROOT)).toBe(false);
    // With the preview of another project, recovery looks resources up in the clouds.
    expect(await offers(["preview"], tmpdir())).toBe(false);
    command.leaveProgramToEngine();
    expect(await offers(["up"], PROJECT_ROOT)).toBe(false);
  });
});

/** Puts a shell script in place of the CLI. @returns how often the script has written a line to `$0.runs`. */
function cliThat(script: string): () => number {
  const folder = mkdtempSync(join(tmpdir(), "chainfleet-cli-"));
  const file = join(folder, "pulumi");
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env.PATH}`);
  return () => readFileSync(`${file}.runs`, "utf8").trim().split("\n").length;
}
