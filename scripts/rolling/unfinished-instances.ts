import type { Stack } from "@pulumi/pulumi/automation";
import { DYNAMIC_TYPE_PREFIX } from "../../components/engine/dynamic-type";
import type { EngineCommand } from "../engine/command";
import { RUN_AGENT, withLock } from "../engine/lock";
import { readState, type State, type StateResource } from "../engine/state";

/**
 * The temporary instances in a state from which no image was made, because the run failed or was stopped before.
 *
 * @returns their resources, in the order of the state.
 */
export function unfinishedInstances({ resources = [] }: State): StateResource[] {
  const finished = new Set(
    resources
      .filter(({ type, initErrors = [] }) => type === IMAGE && initErrors.length === 0)
      .map(({ inputs = {} }) => inputs.instanceId),
  );
  return resources.filter(({ type, id }) => type === INSTANCE && !finished.has(id));
}

const INSTANCE = `${DYNAMIC_TYPE_PREFIX}TemporaryInstance`;
const IMAGE = `${DYNAMIC_TYPE_PREFIX}MachineImage`;

/** Whether EC2 has an image of an instance, or is making one. */
export type HasImage = (region: string, instanceId: string) => Promise<boolean>;

/** The SDK of AWS is loaded only here, because most commands do without it. */
async function askEc2(region: string, instanceId: string): Promise<boolean> {
  const { hasImage } =
    require("../../components/rolling/image/describe-image") as typeof import("../../components/rolling/image/describe-image");
  return hasImage(region, instanceId);
}

/**
 * Whether an image of an instance exists, or may be in the making, that the state does not contain. The next run finds such
 * an image by its instance, and could never find it without the instance.
 *
 * @param hasImage asks EC2.
 */
export async function hasUnrecordedImage(
  { id = "", outputs = {} }: StateResource,
  { resources = [], pending_operations = [] }: State,
  hasImage: HasImage,
): Promise<boolean> {
  const isImageOfInstance = ({ type, inputs = {} }: StateResource) =>
    type === IMAGE && inputs.instanceId === id;
  if (pending_operations.some(({ resource }) => isImageOfInstance(resource))) {
    return true;
  }
  return !resources.some(isImageOfInstance) && (await hasImage(String(outputs.region), id));
}

/**
 * Terminates the temporary instances that a failed run has left, and removes them and what was made on them from the state.
 * The next run launches other ones. An instance of which EC2 may be making an image is left for the next run.
 *
 * @returns whether all instances were terminated but those that are left for the next run.
 */
export async function terminateUnfinished(
  stack: Stack,
  command: EngineCommand,
  say: (line: string) => void,
  hasImage: HasImage = askEc2,
): Promise<boolean> {
  const state = await readState(stack, command);
  const unfinished = unfinishedInstances(state);
  const isLeft = await Promise.all(unfinished.map((one) => hasUnrecordedImage(one, state, hasImage))).catch(
    () => undefined,
  );
  // EC2 may refuse to answer for the reason for which the run failed. The run's summary must be shown all the same.
  if (isLeft === undefined) {
    say(notTerminated(unfinished, stack.name));
    return false;
  }
  const instances = unfinished.filter((_, index) => !isLeft[index]);
  if (isLeft.includes(true)) {
    const left = unfinished.filter((_, index) => isLeft[index]);
    say(`EC2 is making images for the next run, which uses their temporary instances: ${namesOf(left)}`);
  }
  if (instances.length === 0) {
    return true;
  }
  const names = namesOf(instances);
  say(
    `Terminating the temporary ${instances.length === 1 ? "instance" : "instances"} of the failed run: ${names}`,
  );
  try {
    // The failed run has left the stack locked if its engine was killed.
    await withLock(stack, say, () =>
      stack.destroy({
        target: instances.map(({ urn }) => urn),
        targetDependents: true,
        continueOnError: true,
        userAgent: RUN_AGENT,
      }),
    );
    return true;
  } catch {
    say(notTerminated(instances, stack.name));
    return false;
  }
}

function notTerminated(instances: readonly StateResource[], stackName: string): string {
  return `Not all temporary instances were terminated: ${namesOf(instances)}. They cost money until the next chainfleet up --stack ${stackName} uses them, or chainfleet down --stack ${stackName} terminates them.`;
}

function namesOf(instances: readonly StateResource[]): string {
  return instances.map(({ id = "" }) => id).join(", ");
}
