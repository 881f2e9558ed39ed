import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { executables } from "../../toolchain/executables";

/** A program that runs as a child for the lifetime of this process. */
export interface Child {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Variables that the program gets in addition to those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Running {
  readonly name: string;
  /** Resolves when the program ends, with the way in which it ended: `exited with 1`. */
  readonly ended: Promise<string>;
  /** Sends SIGTERM, then SIGKILL if the program still runs after `graceMilliseconds`. */
  stop(graceMilliseconds: number): Promise<void>;
}

/**
 * Starts a program in the state folder and appends its output to `<state>/logs/<name>.log`. The kernel kills the
 * program when this process dies, even by kill -9; where `setpriv` is missing, {@link endStaleChildren} does so at
 * the next start.
 */
export function start(child: Child, state: string): Running {
  mkdirSync(join(state, "logs"), { recursive: true });
  const log = openSync(join(state, "logs", `${child.name}.log`), "a", 0o600);
  const [setpriv] = executables("setpriv");
  const [command, args] =
    setpriv === undefined
      ? [child.command, child.args]
      : [setpriv, ["--pdeathsig", "KILL", "--", child.command, ...child.args]];
  const started = spawn(command, args, {
    cwd: state,
    stdio: ["ignore", log, log],
    env: { ...process.env, ...child.environment, [STATE_MARKER]: state },
  });
  closeSync(log);
  const ended = endOf(started);
  return {
    name: child.name,
    ended,
    stop: async (graceMilliseconds) => {
      started.kill("SIGTERM");
      const killTimer = setTimeout(() => started.kill("SIGKILL"), graceMilliseconds);
      await ended;
      clearTimeout(killTimer);
    },
  };
}

/**
 * Kills the children that a killed service left running on the same state folder, waits until they have ended, and
 * returns their number. A marker in their environment identifies them, so that a reused process id cannot hit an
 * unrelated process.
 */
export async function endStaleChildren(state: string): Promise<number> {
  const stale = markedProcesses(state);
  for (const id of stale) {
    try {
      process.kill(id, "SIGKILL");
    } catch {
      // The process has ended in the meantime.
    }
  }
  for (let waited = 0; markedProcesses(state).length > 0 && waited < 5000; waited += 20) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return stale.length;
}

/** The environment variable that names the state folder in each child, and in what a child starts with this variable. */
export const STATE_MARKER = "CHAINFLEET_CONTROL_PLANE";

function markedProcesses(state: string): number[] {
  const marker = `${STATE_MARKER}=${state}`;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => {
      try {
        return readFileSync(`/proc/${entry}/environ`, "utf8").split("\0").includes(marker);
      } catch {
        return false;
      }
    })
    .map(Number);
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on("error", (error) => resolve(`could not be started: ${error.message}`));
    child.on("exit", (code, signal) =>
      resolve(signal === null ? `exited with ${code}` : `was ended by ${signal}`),
    );
  });
}
