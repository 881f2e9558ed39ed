import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { executables } from "../../toolchain/executables";

/** A program that runs for as long as this process does. */
export interface Child {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

export interface Running {
  readonly name: string;
  /** Settles when the program ends, with how it ended. */
  readonly ended: Promise<string>;
  /** Asks it to end, then, after `graceMilliseconds`, ends it. */
  stop(graceMilliseconds: number): Promise<void>;
}

/**
 * Starts a program in the state folder, its output appended to `<state>/logs/<name>.log`. The kernel ends it
 * when this process dies, even by kill -9; where `setpriv` is missing, {@link endStaleChildren} does at the
 * next start.
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
    env: { ...process.env, [STATE_MARK]: state },
  });
  closeSync(log);
  const ended = endOf(started);
  return {
    name: child.name,
    ended,
    stop: async (graceMilliseconds) => {
      started.kill("SIGTERM");
      const patience = setTimeout(() => started.kill("SIGKILL"), graceMilliseconds);
      await ended;
      clearTimeout(patience);
    },
  };
}

/**
 * Ends what a killed control plane left running on the same state folder, and waits until it is gone. They are
 * known by a mark in their environment, so that a reused process id cannot hit a stranger.
 */
export async function endStaleChildren(state: string): Promise<number> {
  const stale = processesMarked(state);
  for (const id of stale) {
    try {
      process.kill(id, "SIGKILL");
    } catch {
      // gone in the meantime
    }
  }
  for (let waited = 0; processesMarked(state).length > 0 && waited < 5000; waited += 20) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return stale.length;
}

const STATE_MARK = "CHAINFLEET_CONTROL_PLANE";

function processesMarked(state: string): number[] {
  const mark = `${STATE_MARK}=${state}`;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => {
      try {
        return readFileSync(`/proc/${entry}/environ`, "utf8").split("\0").includes(mark);
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
