import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Job, JobContext } from "./job";

/** A program that a task runs. */
export interface Program {
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly folder: string;
  /** Variables in addition to those of this process. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** How long a program that was asked to end may clean up before it is killed. */
const GRACE_MILLISECONDS = 5_000;

/** The lines at the end of a failed program's output that the report shows. */
const SHOWN_LINES = 25;

/**
 * Runs a program to its end. Its output goes to the log of the task. The program leads a process group of its own, so that
 * stopping it also stops whatever it has started.
 *
 * @throws JobFailure with the end of the output if the exit code is not 0.
 */
export async function runProgram(
  { command, folder, variables }: Program,
  context: JobContext,
): Promise<void> {
  const [program, ...args] = command;
  const log = openSync(context.log, "a");
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(program, args, {
        cwd: folder,
        env: { ...process.env, ...variables },
        detached: true,
        stdio: ["ignore", log, log],
      });
      const stop = () => endGroup(child.pid);
      if (context.signal.aborted) {
        stop();
      }
      context.signal.addEventListener("abort", stop, { once: true });
      child.on("error", (cause) =>
        reject(new JobFailure(`${program} cannot be started: ${cause.message}`, { cause })),
      );
      child.on("close", (code, signal) => {
        context.signal.removeEventListener("abort", stop);
        if (code === 0) {
          resolve();
        } else {
          const how = code === null ? `was ended by ${signal}` : `ended with exit code ${code}`;
          reject(new JobFailure(`${command.slice(0, 4).join(" ")} ${how}\n${lastLines(context.log)}`.trim()));
        }
      });
    });
  } finally {
    closeSync(log);
  }
}

/** A task that failed for a reason which its output tells. */
export class JobFailure extends Error {
  override readonly name = "JobFailure";
}

/** A job that runs the same program whatever parts are affected. */
export function programJob(program: Program): Job {
  return async (_, context) => {
    await runProgram(program, context);
    return undefined;
  };
}

function endGroup(leader: number | undefined): void {
  if (leader === undefined) {
    return;
  }
  signalGroup(leader, "SIGTERM");
  setTimeout(() => signalGroup(leader, "SIGKILL"), GRACE_MILLISECONDS).unref();
}

/** A negative number addresses the group, https://nodejs.org/api/process.html#processkillpid-signal and kill(2). */
function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // The group has ended.
  }
}

function lastLines(file: string): string {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.slice(-SHOWN_LINES).join("\n");
}
