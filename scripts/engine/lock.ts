import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Stack } from "@pulumi/pulumi/automation";
import pRetry, { type RetryContext } from "p-retry";
import { ChainfleetError } from "../../components/error";
import { EngineFailure } from "./command";

/**
 * The name of this run in the history of Pulumi Cloud (`environment.exec.agent`). Pulumi Cloud does not say which
 * process holds the lock of a stack, so a later run finds out by this name. The CLI has the name among its arguments.
 */
export const RUN_AGENT = `chainfleet/${hostname()}/${process.pid}/${Date.now()}`;

type LockedStack = Pick<Stack, "name" | "cancel" | "history">;

/**
 * Runs an operation on a stack, and repeats the operation once another run has released the stack's lock. Removes the
 * lock of a run of this machine that was killed. Waits for a run that is still alive on this machine, for example after
 * its terminal was closed.
 *
 * @param say shows a line to the user.
 * @throws ChainfleetError `STACK_LOCKED` if the lock is held by a run on another machine, or by an unknown run.
 */
export function withLock<Result>(
  stack: LockedStack,
  say: (line: string) => void,
  operation: () => Promise<Result>,
): Promise<Result> {
  return pRetry(operation, {
    retries: Number.POSITIVE_INFINITY,
    // `untilUnlocked` waits, so the operation is repeated without a further pause.
    minTimeout: 0,
    onFailedAttempt: (failure) => untilUnlocked(stack, failure, say),
  });
}

/** @throws the operation's error if the error does not say that the stack is locked. */
async function untilUnlocked(
  stack: LockedStack,
  { error, attemptNumber }: Pick<RetryContext, "error" | "attemptNumber">,
  say: (line: string) => void,
): Promise<void> {
  const lock = error instanceof EngineFailure ? lockIn(error.result.stderr + error.result.stdout) : undefined;
  if (lock === undefined) {
    throw error;
  }
  const holder = lock.kind === "file" ? lock : await holderInPulumiCloud(stack);
  if (holder === undefined || holder.host !== hostname()) {
    throw new ChainfleetError({
      code: "STACK_LOCKED",
      summary: `Another run (${holder === undefined ? "of somebody else, or in Pulumi Deployments" : `process ${holder.pid} on ${holder.host}`}) is changing the stack "${stack.name}".`,
      next: `Wait until that run has ended. If you are certain that it no longer exists, remove its lock: pulumi cancel --stack ${stack.name}`,
      cause: error,
    });
  }
  if (isRunning(holder)) {
    if (attemptNumber === 1) {
      say(`Another run (process ${holder.pid}) is changing the stack "${stack.name}". Waiting for its end.`);
    }
    while (isRunning(holder)) {
      await delay(500);
    }
  } else {
    say(`The last run (process ${holder.pid}) was killed and left the stack locked. Removing the lock.`);
    await stack.cancel();
  }
}

/** The run that holds a lock. */
interface Holder {
  readonly host: string;
  readonly pid: number;
  /** Whether a process is the engine of the run. */
  readonly isEngine: (candidate: Process) => boolean;
}

/** The lock that the CLI's output tells of: a lock file, which names its holder, or a lock in Pulumi Cloud. */
export function lockIn(
  output: string,
): ({ readonly kind: "file" } & Holder) | { readonly kind: "cloud" } | undefined {
  const file = /created by \S+@(\S+) \(pid (\d+)\)/.exec(output);
  if (file !== null) {
    const pid = Number(file[2]);
    return {
      kind: "file",
      host: file[1] ?? "",
      pid,
      isEngine: (process) => process.pid === pid && isPulumi(process),
    };
  }
  // ConflictingUpdateError in https://github.com/pulumi/pulumi/blob/master/pkg/backend/backenderr/backenderr.go
  return /\[409\] Conflict|\/update-conflicts\//.test(output) ? { kind: "cloud" } : undefined;
}

/** The run that made the update in progress; undefined if the run was not one of `chainfleet`. */
async function holderInPulumiCloud(stack: LockedStack): Promise<Holder | undefined> {
  const [latest] = await stack.history(1);
  const agent = latest?.environment?.["exec.agent"] ?? "";
  const [, host = "", pid = ""] = /^chainfleet\/([^/]+)\/(\d+)\/\d+$/.exec(agent) ?? [];
  if (latest?.result !== "in-progress" || host === "") {
    return undefined;
  }
  return {
    host,
    pid: Number(pid),
    isEngine: (process) => isPulumi(process) && process.arguments.includes(agent),
  };
}

/** Whether the engine of a run is alive on this machine. */
function isRunning({ isEngine }: Holder): boolean {
  return processes().some(isEngine);
}

/** The process on this machine whose engine changes a stack, if there is one. @param stackName as given to the engine */
export function engineChanging(stackName: string): number | undefined {
  return processes().find(
    (process) =>
      isPulumi(process) &&
      ["up", "destroy"].includes(process.arguments[1] ?? "") &&
      process.arguments[process.arguments.indexOf("--stack") + 1] === stackName,
  )?.pid;
}

interface Process {
  readonly pid: number;
  readonly arguments: readonly string[];
}

/** The system may have given the process id of an ended engine to another program. */
function isPulumi({ arguments: [program = ""] }: Process): boolean {
  return basename(program) === "pulumi";
}

/** All processes of this machine. */
function processes(): Process[] {
  if (!existsSync("/proc/self/cmdline")) {
    const lines = execFileSync("ps", ["-A", "-ww", "-o", "pid=,args="], { encoding: "utf8" }).split("\n");
    return lines.map((line) => {
      const [pid = "", ...args] = line.trim().split(/\s+/);
      return { pid: Number(pid), arguments: args };
    });
  }
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [{ pid: Number(name), arguments: readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0") }];
      } catch {
        // The process ended since the folder was read.
        return [];
      }
    });
}
