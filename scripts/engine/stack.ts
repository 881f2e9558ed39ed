import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import { type EngineCommand, EngineFailure } from "./command";
import { localTargetHint } from "./local-target";
import { writtenConfig } from "./project";

/**
 * Opens a stack of this project.
 *
 * @throws ChainfleetError when its file is not there or no YAML, or the backend does not know the stack: making one
 *   chooses what encrypts its secrets, which is the user's to choose.
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
  // After each operation the Automation API runs the CLI three times for these, a second in all, and shows secrets
  // while it does. Nobody here reads them.
  return Object.assign(stack, { outputs: async () => ({}), info: async () => undefined });
}

/** Whether the CLI said that the backend knows no stack of that name. */
export function isUnknownStack(output: string): boolean {
  return /no stack named/.test(output);
}

export function unknownStack(name: string, cause: Error): ChainfleetError {
  return new ChainfleetError({
    code: "STACK_UNKNOWN",
    summary: `The stack "${name}" does not exist: Pulumi.${name}.yaml is there, but Pulumi's backend knows no such stack. Nothing was changed.`,
    next: [
      `Make it: pulumi stack init ${name}`,
      "Without --secrets-provider (awskms://…, azurekeyvault://…) a self-managed backend encrypts its secrets, node keys among them, with a passphrase.",
      ...localTargetHint(),
    ].join("\n"),
    cause,
  });
}

/**
 * Runs an operation. When a dead run still holds the stack's lock, takes the lock away; when a living one on
 * this machine does (its terminal was closed, its command was killed), waits for its end.
 *
 * @throws ChainfleetError when somebody on another machine holds it.
 */
export async function withLock<Result>(
  stack: Stack,
  say: (line: string) => void,
  operation: () => Promise<Result>,
): Promise<Result> {
  for (let waits = 0; ; waits += 1) {
    try {
      return await operation();
    } catch (error) {
      const holder =
        error instanceof EngineFailure ? lockHolder(error.result.stderr + error.result.stdout) : undefined;
      if (holder === undefined) {
        throw error;
      }
      if (holder.host !== hostname()) {
        throw new ChainfleetError({
          code: "STACK_LOCKED",
          summary: `Another run (process ${holder.pid} on ${holder.host}) is changing the stack "${stack.name}".`,
          next: "Wait for it. If it is gone for certain: pulumi cancel.",
          cause: error,
        });
      }
      if (isPulumi(holder.pid)) {
        if (waits === 0) {
          say(
            `Another run (process ${holder.pid}) is changing the stack "${stack.name}": waiting for its end.`,
          );
        }
        await untilGone(holder.pid);
      } else {
        say(
          `The last run (process ${holder.pid}) was killed and left the stack locked: taking the lock away.`,
        );
        await stack.cancel();
      }
    }
  }
}

async function untilGone(pid: number): Promise<void> {
  while (isPulumi(pid)) {
    await delay(500);
  }
}

/** Who holds a stack of a self-managed backend, out of the CLI's message. */
export function lockHolder(output: string): { host: string; pid: number } | undefined {
  const match = /created by \S+@(\S+) \(pid (\d+)\)/.exec(output);
  return match === null ? undefined : { host: match[1] ?? "", pid: Number(match[2]) };
}

/** Whether a process of that number is alive and is Pulumi, not something that got the number later. */
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
