import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { freeze, killProcesses, ROOM_VARIABLE, thaw } from "./marked-processes";

let folder: string;
let outside: ChildProcess;
let inside: ChildProcess;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "room-"));
  outside = spawn("sleep", ["1000"]);
  // A process in a session of its own, whose parent has ended, is found too.
  inside = spawn("sh", ["-c", "setsid sleep 1000 & exec sleep 1000"], {
    env: { ...process.env, [ROOM_VARIABLE]: folder },
  });
});
afterEach(async () => {
  await killProcesses(folder);
  outside.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Field 3 of /proc/<pid>/stat; undefined for a process that has ended. */
function stateOf({ pid }: ChildProcess): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0];
  } catch {
    return undefined;
  }
}

it("the processes of a room are stopped and go on, and no others", async () => {
  await expect.poll(() => stateOf(inside)).toBe("S");
  freeze(folder);
  await expect.poll(() => stateOf(inside)).toBe("T");
  expect(stateOf(outside)).toBe("S");
  thaw(folder);
  await expect.poll(() => stateOf(inside)).toBe("S");
});

it("the processes of a room are killed, stopped or not, and no others", async () => {
  await expect.poll(() => stateOf(inside)).toBe("S");
  freeze(folder);
  const ended = once(inside, "exit");
  await killProcesses(folder);
  await ended;
  expect(stateOf(outside)).toBe("S");
});
