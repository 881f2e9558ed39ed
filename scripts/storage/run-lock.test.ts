import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { RunFolder } from "../../components/storage/run/run-folder";
import { withRunLock } from "./run-lock";

const folder = () => new RunFolder(mkdtempSync(join(tmpdir(), "run-lock-")), "perf-1");

it("a run has one command at a time, and a finished command leaves no lock", async () => {
  const run = folder();
  await withRunLock(run, async () => {
    await expect(withRunLock(run, async () => {})).rejects.toMatchObject({ code: "RUN_IN_PROGRESS" });
  });
  expect(existsSync(`${run.path}.lock`)).toBe(false);
});

it("the lock of a command that was killed is taken over, and one of another machine is not", async () => {
  const run = folder();
  const { pid } = spawnSync("true");
  writeFileSync(`${run.path}.lock`, JSON.stringify({ pid, host: hostname() }));
  expect(await withRunLock(run, async () => "done")).toBe("done");
  writeFileSync(`${run.path}.lock`, JSON.stringify({ pid, host: "another-machine" }));
  await expect(withRunLock(run, async () => {})).rejects.toMatchObject({ code: "RUN_IN_PROGRESS" });
});
