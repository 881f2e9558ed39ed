import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, relative } from "node:path";
import { ChainfleetError } from "../../components/error";
import type { RunFolder } from "../../components/storage/run/run-folder";

/**
 * Works on a run while no other command of chainfleet does. The lock of a command that was killed is taken over.
 *
 * @throws ChainfleetError RUN_IN_PROGRESS
 */
export async function withRunLock<Result>(folder: RunFolder, work: () => Promise<Result>): Promise<Result> {
  const file = `${folder.path}.lock`;
  acquire(file, folder.run);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

interface Holder {
  readonly pid: number;
  readonly host: string;
}

function acquire(file: string, run: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const own: Holder = { pid: process.pid, host: hostname() };
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(own), { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        throw error;
      }
    }
    const holder = holderIn(file);
    if (holder !== undefined && (holder.host !== own.host || isRunning(holder.pid))) {
      throw new ChainfleetError({
        code: "RUN_IN_PROGRESS",
        summary: `Another command works on the run ${run}: process ${holder.pid} on ${holder.host}. Nothing was changed.`,
        next: `Wait for its end, or end it. If there is no such process, delete ${relative(process.cwd(), file)}.`,
      });
    }
    rmSync(file, { force: true });
  }
}

/** Undefined: the file is gone, or was torn by a kill. */
function holderIn(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
