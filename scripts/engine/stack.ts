import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { PROJECT_ROOT } from "../../components/root";
import { readStackFile } from "../../stacks/config/written/written-config";
import type { EngineCommand } from "./command";

/**
 * Opens a stack of this project. An unknown stack is not created, because its user has to choose how its secrets are
 * encrypted: the first run of the CLI on the stack fails with the code `STACK_UNKNOWN`.
 *
 * @param stackName plain or full: `dev`, `organization/chainfleet/dev`.
 * @param environment variables for the engine and the program, in addition to those of this process.
 * @throws ChainfleetError if the stack's config file is missing or is not YAML.
 */
export async function openStack(
  stackName: string,
  command: EngineCommand,
  environment: Readonly<Record<string, string>> = {},
): Promise<Stack> {
  if (readStackFile(stackName).environment !== undefined) {
    // The CLI sets the variables of these environments for itself and for the processes that it starts.
    command.leaveProgramToEngine();
  }
  return stackOf(stackName, command.automation(), environment);
}

/** Opens the stack of a region of an opened network. */
export function openRegionStack(stackName: string, network: Stack): Promise<Stack> {
  const { pulumiCommand, envVars } = network.workspace;
  return stackOf(stackName, pulumiCommand, envVars);
}

async function stackOf(
  stackName: string,
  pulumiCommand: Stack["workspace"]["pulumiCommand"],
  environment: Readonly<Record<string, string>>,
): Promise<Stack> {
  const workspace = await LocalWorkspace.create({
    workDir: PROJECT_ROOT,
    pulumiCommand,
    envVars: { ...environment },
  });
  // The Automation API would run the CLI to select the stack, which takes half a second. Every command here names its stack.
  const stack = await Stack.select(
    stackName,
    Object.assign(workspace, { selectStack: async () => undefined }),
  );
  return withoutResults(stack);
}

/**
 * Keeps the Automation API from reading the stack's outputs and the operation's summary after each operation. That takes
 * three runs of the CLI, which together take a second and print secrets. Nothing here uses the results.
 */
function withoutResults(stack: Stack): Stack {
  return Object.assign(stack, { outputs: async () => ({}), info: async () => undefined });
}
