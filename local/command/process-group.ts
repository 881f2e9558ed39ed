import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Writable } from "node:stream";

/** A command with everything that it starts. */
export interface ProcessGroup {
  readonly process: ChildProcess;
  /** Asks all its processes to end; after a grace, ends them. */
  end(): void;
}

/**
 * Starts a program as the leader of a process group of its own. The group ends with this process, however
 * that ends.
 */
export function startGroup(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): ProcessGroup {
  const child = spawn(command, args, { ...options, detached: true, stdio: ["pipe", "pipe", "pipe", "pipe"] });
  const group = child.pid;
  if (group !== undefined) {
    watch(`+ ${group}`);
    child.on("close", () => watch(`- ${group}`));
  }
  return {
    process: child,
    end: () => {
      signal(group, "SIGTERM");
      const impatient = setTimeout(() => signal(group, "SIGKILL"), GRACE_MS);
      child.on("close", () => clearTimeout(impatient));
    },
  };
}

/** As long as the engine gives a plugin to end. */
const GRACE_MS = 5_000;

let guard: Writable | undefined;

function watch(change: string): void {
  if (guard === undefined) {
    // Detached: a signal for this process's group must not reach the guard before the commands' end.
    const process_ = spawn("/bin/sh", [join(__dirname, "guard.sh")], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    process_.unref();
    guard = process_.stdin;
    guard.on("error", () => {});
    (guard as Writable & { unref?(): void }).unref?.();
  }
  guard.write(`${change}\n`);
}

function signal(group: number | undefined, name: NodeJS.Signals): void {
  try {
    if (group !== undefined) {
      process.kill(-group, name);
    }
  } catch {
    // All of it has ended.
  }
}
