import type { Stack } from "@pulumi/pulumi/automation";
import pMap from "p-map";
import { patiently } from "../../components/governor/patience";
import { plainStackName } from "../../stacks/config/written/written-config";
import type { EngineCommand } from "../engine/command";
import { withLock } from "../engine/lock";
import type { State } from "../engine/state";
import { recover } from "../recover/recover";
import type { TimedEvent } from "../run/events";
import { CPU_BOUND } from "./cpu";
import type { NetworkStacks } from "./network-stacks";
import type { States } from "./plan";

/** The recovery of one stack. */
export interface Recovery {
  readonly stack: Stack;
  readonly command: EngineCommand;
  /** The events of the interrupted run about the stack. */
  readonly events: readonly TimedEvent[];
  readonly say: (line: string) => void;
}

/** Recovers an interrupted run in one stack. @returns the state after the recovery. */
export function recoverStack({ stack, command, events, say }: Recovery): Promise<State> {
  return patiently("recovery", () => withLock(stack, say, () => recover(stack, command, events, say)));
}

/**
 * Recovers an interrupted run in the stack of a network and in the stacks of its regions.
 *
 * @param events of the last run, over all of these stacks.
 * @param recoverOne recovers one stack, see `recoverStack`.
 * @returns the states after the recovery.
 */
export async function recoverStacks(
  { network, regions }: NetworkStacks,
  events: readonly TimedEvent[],
  recoverOne: (stack: Stack, events: readonly TimedEvent[]) => Promise<State>,
): Promise<States> {
  const recovered = await pMap(
    [network, ...regions.map(({ stack }) => stack)],
    (stack) => recoverOne(stack, eventsOfStack(events, stack.name)),
    { concurrency: CPU_BOUND },
  );
  return {
    stack: plainStackName(network.name),
    network: recovered[0] ?? {},
    regions: new Map(regions.map(({ region }, index) => [region, recovered[index + 1] as State])),
  };
}

/** The events about resources of one stack. */
function eventsOfStack(events: readonly TimedEvent[], stack: string): TimedEvent[] {
  const prefix = `urn:pulumi:${plainStackName(stack)}::`;
  return events.filter(({ event }) => {
    const urn =
      event.resourcePreEvent?.metadata.urn ??
      event.resOutputsEvent?.metadata.urn ??
      event.resOpFailedEvent?.metadata.urn ??
      event.diagnosticEvent?.urn;
    return urn?.startsWith(prefix) ?? false;
  });
}
