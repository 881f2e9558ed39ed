import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Writable } from "node:stream";

/** A command with all processes that it starts. */
export interface ProcessGroup {
  readonly process: ChildProcess;
  /** Sends SIGTERM to all processes of the group, and SIGKILL if the command still runs after a grace period. */
  end(): void;
}

/**
 * Starts a program as the leader of a new process group. The group ends when this process ends, even by kill -9.
 */
export function startGroup(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): ProcessGroup {
  const child = spawn(command, args, { ...options, detached: true, stdio: ["pipe", "pipe", "pipe", "pipe"] });
  const group = child.pid;
  if (group !== undefined) {
    notifyGuard(`+ ${group}`);
    child.on("close", () => notifyGuard(`- ${group}`));
  }
  return {
    process: child,
    end: () => {
      signal(group, "SIGTERM");
      const killTimer = setTimeout(() => signal(group, "SIGKILL"), GRACE_MS);
      child.on("close", () => clearTimeout(killTimer));
    },
  };
}

/** The time that the Pulumi engine gives a plugin to end. */
const GRACE_MS = 5_000;

let guard: Writable | undefined;

function notifyGuard(change: string): void {
  if (guard === undefined) {
    // Detached, so that a signal to this process's group does not end the guard before the commands.
    const guardProcess = spawn("/bin/sh", [join(__dirname, "guard.sh")], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    });
    guardProcess.unref();
    guard = guardProcess.stdin;
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
    // The whole group has ended.
  }
}
