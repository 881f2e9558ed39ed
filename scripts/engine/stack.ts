import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import pRetry, { type RetryContext } from "p-retry";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import { type EngineCommand, EngineFailure } from "./command";
import { localTargetHint } from "./local-target";
import { writtenConfig } from "./project";

/**
 * Opens a stack of this project. An unknown stack is not created, because its user has to choose how its secrets are
 * encrypted.
 *
 * @throws ChainfleetError if the stack's config file is missing or is not YAML, or if the backend does not know the
 *   stack.
 */
export async function openStack(stackName: string, command: EngineCommand): Promise<Stack> {
  writtenConfig(stackName);
  const options = { pulumiCommand: await command.automation(), workDir: PROJECT_ROOT };
  const stack = await LocalWorkspace.selectStack({ stackName, workDir: PROJECT_ROOT }, options).catch(
    (error) => {
      throw error instanceof EngineFailure && isUnknownStack(error.result.stderr)
        ? unknownStack(stackName, error)
        : error;
    },
  );
  // After each operation the Automation API reads the stack's outputs and the operation's summary. That takes three
  // runs of the CLI, which together take a second and print secrets. Nothing here uses the results.
  return Object.assign(stack, { outputs: async () => ({}), info: async () => undefined });
}

/** Whether the CLI's output says that the backend does not know the stack. */
export function isUnknownStack(output: string): boolean {
  return output.includes("no stack named");
}

export function unknownStack(name: string, cause: Error): ChainfleetError {
  return new ChainfleetError({
    code: "STACK_UNKNOWN",
    summary: `The stack "${name}" does not exist: there is a file Pulumi.${name}.yaml, but Pulumi's backend has no stack of this name. Nothing was changed.`,
    next: [
      `Create the stack: pulumi stack init ${name}`,
      "Without --secrets-provider (awskms://…, azurekeyvault://…), a self-managed backend encrypts the stack's secrets, which include the validators' keys, with a passphrase.",
      ...localTargetHint(),
    ].join("\n"),
    cause,
  });
}

/**
 * Runs an operation on a stack, and repeats the operation once another run has released the stack's lock. Removes the
 * lock of a run that was killed. Waits for a run that is still alive on this machine, for example after its terminal
 * was closed.
 *
 * @param say shows a line to the user.
 * @throws ChainfleetError `STACK_LOCKED` if a run on another machine holds the lock.
 */
export function withLock<Result>(
  stack: Pick<Stack, "name" | "cancel">,
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
  stack: Pick<Stack, "name" | "cancel">,
  { error, attemptNumber }: Pick<RetryContext, "error" | "attemptNumber">,
  say: (line: string) => void,
): Promise<void> {
  const holder =
    error instanceof EngineFailure ? lockHolder(error.result.stderr + error.result.stdout) : undefined;
  if (holder === undefined) {
    throw error;
  }
  if (holder.host !== hostname()) {
    throw new ChainfleetError({
      code: "STACK_LOCKED",
      summary: `Another run (process ${holder.pid} on ${holder.host}) is changing the stack "${stack.name}".`,
      next: "Wait until that run has ended. If you are certain that it no longer exists, remove its lock: pulumi cancel",
      cause: error,
    });
  }
  if (isPulumi(holder.pid)) {
    if (attemptNumber === 1) {
      say(`Another run (process ${holder.pid}) is changing the stack "${stack.name}". Waiting for its end.`);
    }
    await untilEnded(holder.pid);
  } else {
    say(`The last run (process ${holder.pid}) was killed and left the stack locked. Removing the lock.`);
    await stack.cancel();
  }
}

/** The process that holds the lock of a stack of a self-managed backend, from the CLI's output. */
export function lockHolder(output: string): { host: string; pid: number } | undefined {
  const match = /created by \S+@(\S+) \(pid (\d+)\)/.exec(output);
  return match === null ? undefined : { host: match[1] ?? "", pid: Number(match[2]) };
}

async function untilEnded(pid: number): Promise<void> {
  while (isPulumi(pid)) {
    await delay(500);
  }
}

/** Whether a process with this id is alive and is Pulumi. The system may have given the id to another program since. */
function isPulumi(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "pulumi";
  } catch {
    try {
      process.kill(pid, 0);
      return process.platform !== "linux";
    } catch {
      return false;
    }
  }
}
