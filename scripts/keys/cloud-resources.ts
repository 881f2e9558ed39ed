import type { EngineEvent, Stack, StepEventMetadata } from "@pulumi/pulumi/automation";
import type { EngineCommand } from "../engine/command";
import { RUN_AGENT, withLock } from "../engine/lock";
import { readState, type State } from "../engine/state";
import { recover } from "../recover/recover";
import { isOnCloud } from "../recover/unfinished-resources";
import { nameOf } from "../run/resource-names";
import { STACK_TYPE } from "../shard/urn";

/** The stack whose cloud resources are taken over. */
export interface TakingOver {
  readonly stack: Stack;
  readonly command: EngineCommand;
  /** Shows a line to the user. */
  readonly say: (line: string) => void;
}

/**
 * Takes over what exists in the clouds and would be created by the next `up`: on AWS a second time, as AWS makes up most
 * ids. The clouds are asked as after a run that was killed. The inputs of a resource depend on the outputs of others, so that
 * each round takes over what the rounds before have made known, until a preview has nothing more to look up. Nothing in a cloud
 * is changed.
 *
 * @returns the names of the resources that were taken over, in their order.
 */
export async function takeOverCloudResources({ stack, command, say }: TakingOver): Promise<string[]> {
  const before = new Set(urnsIn(await readState(stack, command)));
  const attempted = new Set<string>();
  await createFrame(await plannedCreations(stack), { stack, say });
  for (;;) {
    const planned = await plannedCreations(stack);
    const candidates = planned.filter((step) => isFindable(step) && !attempted.has(step.urn));
    if (candidates.length === 0) {
      break;
    }
    say(`Looking up which of ${candidates.map(({ urn }) => nameOf(urn)).join(", ")} exist.`);
    for (const { urn } of candidates) {
      attempted.add(urn);
    }
    // A creation that begins and does not end is what a killed run leaves.
    const events = candidates.map((metadata) => ({
      at: 0,
      event: { resourcePreEvent: { metadata } } as unknown as EngineEvent,
    }));
    await withLock(stack, say, () =>
      recover(stack, command, events, (line) => {
        if (line.startsWith(" ")) {
          say(line);
        }
      }),
    );
  }
  const after = await readState(stack, command);
  return (after.resources ?? [])
    .filter(({ urn, type }) => isOnCloud(type) && !before.has(urn))
    .map(({ urn }) => nameOf(urn));
}

/** The creations in a preview, in their order. */
async function plannedCreations(stack: Stack): Promise<StepEventMetadata[]> {
  const planned: StepEventMetadata[] = [];
  await stack.preview({
    userAgent: RUN_AGENT,
    onEvent: ({ resourcePreEvent: begun }) => {
      if (begun?.metadata.op === "create") {
        planned.push(begun.metadata);
      }
    },
  });
  return planned;
}

/** Creates the providers and the components, which exist in the state alone, and which the resources name. */
async function createFrame(
  planned: readonly StepEventMetadata[],
  { stack, say }: Pick<TakingOver, "stack" | "say">,
): Promise<void> {
  const frame = planned.filter(({ type, new: now }) => isFrame(type, now?.custom === true));
  const target = frame
    .filter(({ type }) => !type.startsWith("pulumi:providers:kubernetes"))
    .map(({ urn }) => urn);
  if (target.length > 0) {
    await withLock(stack, say, () => stack.up({ target, userAgent: RUN_AGENT }));
  }
}

/** The part of a region in a cloud whose children are the cloud's resources. */
function isFrame(type: string, custom: boolean): boolean {
  return custom ? type.startsWith("pulumi:providers:") : type !== STACK_TYPE;
}

/** Whether everything is known by which a resource is looked up and with which it is read. */
function isFindable({ type, new: now }: StepEventMetadata): boolean {
  return isOnCloud(type) && now !== undefined && !JSON.stringify(now.inputs ?? {}).includes(UNKNOWN);
}

/** The text that stands for an unknown value in the engine's events (UnknownStringValue in sdk/go/common/resource/plugin/rpc.go of https://github.com/pulumi/pulumi). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

function urnsIn({ resources = [] }: State): string[] {
  return resources.map(({ urn }) => urn);
}
