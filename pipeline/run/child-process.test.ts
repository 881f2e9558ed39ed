import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { programJob } from "./child-process";

/** Starts a shell script as a job. */
function started(script: string) {
  const folder = mkdtempSync(join(tmpdir(), "chainfleet-job-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const controller = new AbortController();
  const log = join(folder, "log");
  const ended = programJob({ command: ["/bin/sh", "-c", script], folder })(["all"], {
    signal: controller.signal,
    log,
  });
  return { ended, log, stop: () => controller.abort() };
}

it("keeps the output in the log, and shows its end if the program fails", async () => {
  const ok = started("echo out; echo err >&2");
  expect(await ok.ended).toBeUndefined();
  expect(readFileSync(ok.log, "utf8")).toBe("out\nerr\n");
  const lines = Array.from({ length: 40 }, (_, index) => `line ${index}`).join("\\n");
  const failed = started(`printf '${lines}\\n'; exit 3`);
  await expect(failed.ended).rejects.toThrow(/ended with exit code 3\nline 15\n[\s\S]*line 39$/);
});

it("says which program cannot be started", async () => {
  const job = programJob({ command: ["/nonexistent/program"], folder: tmpdir() });
  const folder = mkdtempSync(join(tmpdir(), "chainfleet-job-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  await expect(
    job(["all"], { signal: new AbortController().signal, log: join(folder, "log") }),
  ).rejects.toThrow("/nonexistent/program cannot be started");
});

it("ends the program and what the program has started when the run is stopped", async () => {
  const { ended, log, stop } = started("sleep 600 & echo $!; wait");
  let pid = "";
  while (!/^\d+\n/.test(pid)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    pid = readFileSync(log, "utf8");
  }
  stop();
  await expect(ended).rejects.toThrow("was ended by SIGTERM");
  // The grandchild may still be there for a moment, until its parent has collected it.
  for (let alive = true; alive; ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    alive = isRunning(Number(pid));
  }
});

/** A process that has ended and was not collected yet, as happens in containers without an init, does not run. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
