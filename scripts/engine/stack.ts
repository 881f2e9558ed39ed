import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import { stackFile, writtenConfig } from "../../stacks/config/written-config";
import { type EngineCommand, EngineFailure } from "./command";
import { localTargetHint } from "./local-target";

/**
 * Opens a stack of this project. An unknown stack is not created, because its user has to choose how its secrets are
 * encrypted.
 *
 * @param stackName plain or full: `dev`, `organization/chainfleet/dev`.
 * @param environment variables for the engine and the program, in addition to those of this process.
 * @throws ChainfleetError if the stack's config file is missing or is not YAML, or if the backend does not know the
 *   stack.
 */
export async function openStack(
  stackName: string,
  command: EngineCommand,
  environment: Readonly<Record<string, string>> = {},
): Promise<Stack> {
  writtenConfig(stackName);
  const options = {
    pulumiCommand: await command.automation(),
    workDir: PROJECT_ROOT,
    envVars: { ...environment },
  };
  const stack = await LocalWorkspace.selectStack({ stackName, workDir: PROJECT_ROOT }, options).catch(
    (error) => {
      throw error instanceof EngineFailure && isUnknownStack(error.result.stderr)
        ? unknownStack(stackName, error)
        : error;
    },
  );
  return withoutResults(stack);
}

/**
 * Keeps the Automation API from reading the stack's outputs and the operation's summary after each operation. That takes
 * three runs of the CLI, which together take a second and print secrets. Nothing here uses the results.
 */
export function withoutResults(stack: Stack): Stack {
  return Object.assign(stack, { outputs: async () => ({}), info: async () => undefined });
}

/** Whether the CLI's output says that the backend does not know the stack. */
export function isUnknownStack(output: string): boolean {
  return output.includes("no stack named");
}

export function unknownStack(name: string, cause: Error): ChainfleetError {
  return new ChainfleetError({
    code: "STACK_UNKNOWN",
    summary: `The stack "${name}" does not exist: there is a file ${stackFile(name)}, but Pulumi's backend has no stack of this name. Nothing was changed.`,
    next: [
      `Create the stack: pulumi stack init ${name}`,
      "Without --secrets-provider (awskms://…, azurekeyvault://…), a self-managed backend encrypts the stack's secrets, which include the validators' keys, with a passphrase.",
      ...localTargetHint(),
    ].join("\n"),
    cause,
  });
}
