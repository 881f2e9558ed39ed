import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation";
import pRetry from "p-retry";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import { type CommandResult, type EngineCommand, EngineFailure } from "./command";

/** A resource in the state, with the fields that this command reads. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly parent?: string;
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  /** The reasons why the resource was not ready when the engine stopped waiting for the resource. */
  readonly initErrors?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  readonly [other: string]: unknown;
}

/** The state of a stack, with the fields that this command reads. */
export interface State {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly { readonly resource: StateResource; readonly type: string }[];
  readonly [other: string]: unknown;
}

/**
 * Starts reading the state of a stack, which takes a third of a second. The next call of `readState` takes the result.
 *
 * @param stackName plain or full.
 */
export function startReadingState(stackName: string, command: EngineCommand): void {
  command.startAhead(onStack(stackName, "export"), PROJECT_ROOT);
}

/**
 * Reads the state of a stack. Secrets stay encrypted; the export of the Automation API would decrypt them.
 *
 * @throws ChainfleetError `STATE_HALF_WRITTEN` if a process was killed while it wrote the state into a file.
 */
export async function readState(stack: Stack, command: EngineCommand): Promise<State> {
  const { stdout } = await pRetry(() => run(stack, command, "export"), {
    retries: HALF_WRITTEN_RETRIES,
    minTimeout: HALF_WRITTEN_PAUSE_MS,
    factor: 1,
    shouldRetry: ({ error }) => isHalfWritten(error),
  }).catch((error: unknown) => {
    throw isHalfWritten(error) ? halfWritten(stack.name, error) : error;
  });
  return (JSON.parse(stdout) as { deployment?: State }).deployment ?? {};
}

/**
 * A backend of files keeps a second file with attributes beside the state, and empties that file before it writes it
 * (`setAttrs` in blob/fileblob of https://github.com/google/go-cloud). Whoever reads the state in between fails, for example
 * while the engine of a killed command finishes its operations.
 */
function isHalfWritten(error: unknown): boolean {
  return (
    error instanceof EngineFailure && /failed to load checkpoint: (unexpected )?EOF/.test(error.result.stderr)
  );
}

const HALF_WRITTEN_RETRIES = 20;
const HALF_WRITTEN_PAUSE_MS = 250;

function halfWritten(stack: string, cause: unknown): ChainfleetError {
  return new ChainfleetError({
    code: "STATE_HALF_WRITTEN",
    summary: `The state of the stack "${stack}" cannot be read: a process was killed while it wrote into the folder of the states.`,
    next: "Delete the empty file whose name ends in .json.attrs beside the state of the stack: it has nothing that is needed. Then run again.",
    cause,
  });
}

/**
 * Replaces the state of a stack. The import of the Automation API is not used, because a killed import would leave the
 * state in a file that every user of the machine can read.
 *
 * @param deployment a changed copy of the state that `readState` returned.
 */
export async function writeState(stack: Stack, command: EngineCommand, deployment: State): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "chainfleet-state-"));
  try {
    const file = join(folder, "state.json");
    writeFileSync(file, JSON.stringify({ version: 3, deployment }), { mode: 0o600 });
    await run(stack, command, "import", "--file", file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Reads the state of a stack with its secrets in plain text, for a move to a stack whose secrets are encrypted with another
 * key. The state must only be kept in memory.
 */
export async function readPlainState(stack: Stack, command: EngineCommand): Promise<State> {
  const { stdout } = await run(stack, command, "export", "--show-secrets");
  return (JSON.parse(stdout) as { deployment?: State }).deployment ?? {};
}

/**
 * Replaces the state of a stack by a state with secrets in plain text, which the CLI reads from a pipe and encrypts.
 *
 * @param deployment a state with the URNs of the stack.
 */
export async function writePlainState(
  { name, workspace }: Stack,
  command: EngineCommand,
  deployment: State,
): Promise<void> {
  await command.runWithInput(
    ["stack", "import", "--stack", name],
    JSON.stringify({ version: 3, deployment }),
    { cwd: workspace.workDir, env: workspace.envVars },
  );
}

function run({ name, workspace }: Stack, command: EngineCommand, ...args: string[]): Promise<CommandResult> {
  return command.run(onStack(name, ...args), workspace.workDir, workspace.envVars);
}

function onStack(name: string, ...args: string[]): string[] {
  return ["stack", ...args, "--stack", name];
}

/** The URNs of the resources that a resource waits for: its dependencies and its provider. */
export function dependenciesOf(resource: StateResource): string[] {
  const provider = resource.provider?.split("::").slice(0, -1).join("::");
  return [
    ...new Set([
      ...(resource.dependencies ?? []),
      ...Object.values(resource.propertyDependencies ?? {}).flatMap((urns) => urns ?? []),
      ...(provider === undefined || provider === "" ? [] : [provider]),
    ]),
  ];
}
