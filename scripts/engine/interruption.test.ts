import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { EngineCommand } from "./command";

/** A program in the place of the Pulumi CLI: says that it has begun, and ends by itself after a while with code 0. */
const CLI = `#!/usr/bin/env node
if (process.argv[2] === "up") {
  process.on("SIGINT", () => process.exit(255));
}
process.stdout.write("begun");
setTimeout(() => process.exit(0), 1_500);
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chainfleet-cli-"));
  writeFileSync(join(folder, "pulumi"), CLI);
  chmodSync(join(folder, "pulumi"), 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
});
afterEach(() => vi.unstubAllEnvs());

/** Runs the CLI. Resolves once it has begun. */
function begun(command: EngineCommand, ...args: string[]) {
  return new Promise<{ ended: Promise<number> }>((resolve) => {
    const ended = command
      .run(args, folder, {}, () => resolve({ ended }))
      .then(
        ({ code }) => code,
        ({ result }) => result.code,
      );
  });
}

describe("an interruption", () => {
  it("asks the engines of all stacks to stop, and lets the CLI finish what it reads or writes of a state", async () => {
    const command = new EngineCommand();
    const runs = await Promise.all([
      begun(command, "up", "--stack", "dev.eastus"),
      begun(command, "up", "--stack", "dev.westeurope"),
      begun(command, "stack", "export", "--stack", "dev.onprem"),
    ]);
    command.interrupt();
    expect(await Promise.all(runs.map(({ ended }) => ended))).toEqual([255, 255, 0]);
  });

  it("starts no further engine, unless to clean up", async () => {
    const command = new EngineCommand();
    command.interrupt();
    await expect(command.run(["up"], folder, {})).rejects.toMatchObject({ signal: "SIGINT" });
    await expect(command.run(["stack", "export"], folder, {})).resolves.toMatchObject({ code: 0 });
    command.resume();
    await expect(command.run(["destroy"], folder, {})).resolves.toMatchObject({ code: 0 });
  });

  it("that is repeated kills them all", async () => {
    const command = new EngineCommand();
    const runs = await Promise.all([begun(command, "up"), begun(command, "stack", "import")]);
    command.kill();
    expect(await Promise.all(runs.map(({ ended }) => ended))).toEqual([-1, -1]);
    command.kill();
  });
});
