import type { Stack } from "@pulumi/pulumi/automation";
import pMap from "p-map";
import { updateWidth } from "../../components/besu/update-gate";
import { plainStackName } from "../../stacks/config/written/written-config";
import type { Closing } from "../../stacks/shards/close-network";
import { hasSharedInputs, SHARD_OUTPUTS } from "../../stacks/shards/shard-inputs";
import type { EngineCommand, EngineFailure } from "../engine/command";
import type { PolicyPacks } from "../engine/policy-packs";
import { readState, type State } from "../engine/state";
import { runUntilSettled } from "../retry/attempts";
import { readDurations } from "../run/durations/durations-file";
import { expectations, type Place } from "../run/durations/learned-durations";
import { expectedRegionSeconds } from "../run/durations/region-seconds";
import { failedUrns, hasFailedCheck, steps, type TimedEvent } from "../run/events";
import type { Mode } from "../run/mode";
import type { Progress } from "../run/progress";
import type { RunRecord } from "../run/record";
import { type Exclusion, runEngine } from "../run/run-engine";
import { type Lane, lanesOf, type Shard } from "./lanes";
import { leavingRegions } from "./leaving-regions";
import { lostValidator } from "./lost-validator";
import {
  createRegionStacks,
  type NetworkStacks,
  type RegionStack,
  removeRegionStacks,
} from "./network-stacks";
import { outputsOf } from "./outputs";
import type { States } from "./plan";

/** A run over the stack of a network and the stacks of its regions. */
export interface NetworkRun {
  readonly mode: Mode;
  readonly stacks: NetworkStacks;
  readonly command: EngineCommand;
  /** The states before the run. */
  readonly before: States;
  /** Number of validators of the network. */
  readonly validators: number;
  /** The regions whose stacks an `up` runs. */
  readonly selected: readonly string[];
  /** Where the operations on the resources of a region take place. */
  readonly placeOf: (region: string) => Place;
  /** The largest number of resource operations that each engine runs at the same time. */
  readonly parallel: number;
  /** @default resources that failed, with their dependents */
  readonly exclusion?: Exclusion | undefined;
  /** As of `EngineRun`. */
  readonly users?: readonly string[] | undefined;
  /** As of `EngineRun`. */
  readonly packs?: PolicyPacks | undefined;
  readonly record: RunRecord;
  readonly progress: Progress;
  /** Takes over resources of a stack whose creation is not known to have succeeded. */
  readonly recover: (stack: Stack, events: readonly TimedEvent[]) => Promise<unknown>;
  readonly isCancelled: () => boolean;
}

export interface NetworkOutcome {
  /** The first failure of an engine; undefined if all of them succeeded. */
  readonly failure: EngineFailure | undefined;
  /** The events of all engines, without the failures that a later run of the same engine has overcome. */
  readonly events: readonly TimedEvent[];
  readonly after: States;
}

/**
 * Runs the engine on the stack of a network and on the stacks of its regions: an `up` on the network's stack first, because
 * the regions read its outputs, and again at the end if something needs the nodes of all regions; a `destroy` on the regions'
 * stacks first. Without stacks of regions, this is one run of the engine.
 */
export async function runStacks(run: NetworkRun): Promise<NetworkOutcome> {
  const runs = new StackRuns(run);
  await (run.mode === "up" ? up(run, runs) : down(run, runs));
  return { failure: runs.failure, events: runs.events(), after: runs.after() };
}

async function up(run: NetworkRun, runs: StackRuns): Promise<void> {
  const { stacks, selected, command, progress } = run;
  const missing = stacks.missing.filter((region) => selected.includes(region));
  const creating = Promise.allSettled([createRegionStacks(stacks.network, missing, command)]);
  const { events, failure } = await runs.run("up", stacks.network);
  const [creation] = await creating;
  if (run.isCancelled()) {
    return;
  }
  if (creation.status === "rejected") {
    throw creation.reason;
  }
  const created = creation.value;
  const existing = stacks.regions.filter(
    ({ isConfigured, region }) => isConfigured && selected.includes(region),
  );
  const regions = [...existing, ...created];
  if (failure !== undefined && !isFailureOfResources(events)) {
    // What was refused leaves nothing behind.
    await removeRegionStacks(
      stacks.network,
      created.map(({ stack }) => stack),
      command,
    );
    return;
  }
  const outputs = outputsOf(runs.stateOf(stacks.network));
  const ready = regions.filter(({ region }) => hasSharedInputs(outputs, region));
  for (const { region } of regions.filter((one) => !ready.includes(one))) {
    progress.say(`${region} was not started, because what it shares with the network is not finished.`);
  }
  const expected = expectations(readDurations());
  const lanes = lanesOf(
    ready.map((one) => ({
      ...one,
      hasValidators: hasValidators(runs.stateOf(one.stack)),
      expectedSeconds: expectedRegionSeconds(run.placeOf(one.region), expected),
    })),
    updateWidth(run.validators),
  );
  let haveChanged = false;
  await Promise.all([runLane(lanes.created), runLane(lanes.updated)]);
  await close(run, runs, { regions: [...stacks.regions, ...created], haveChanged });

  async function runLane({ shards, width }: Lane<Shard & RegionStack>): Promise<void> {
    await pMap(
      shards,
      async ({ region, stack, hasValidators: mayUpdate }) => {
        const lost = mayUpdate ? lostValidator(run.record.events) : undefined;
        if (lost !== undefined) {
          progress.say(`${region} was not started, because ${lost} did not become ready after its update.`);
        } else if (!run.isCancelled()) {
          const { events: own } = await runs.run("up", stack);
          haveChanged ||= changesSomething(own);
        }
      },
      { concurrency: width },
    );
  }
}

/** The stacks of regions after they were run. */
interface RunRegions {
  /** All that exist, also of regions that have left the config. */
  readonly regions: readonly RegionStack[];
  /** Whether a run changed a resource of one of them. */
  readonly haveChanged: boolean;
}

/**
 * Does what comes after the nodes of all regions: the network's stack is run again, in which the validators of the chain become those
 * of the config, and the health gate looks at the network. Then what has left the config goes: first the nodes, and then what the
 * network's stack has of them. Nothing goes before the network's stack says that the chain does not count on it.
 */
async function close(
  { stacks: { network }, command, progress }: NetworkRun,
  runs: StackRuns,
  { regions, haveChanged }: RunRegions,
): Promise<void> {
  if (runs.hasEnded()) {
    return;
  }
  const closing = outputsOf(runs.stateOf(network))[SHARD_OUTPUTS.closing] as Closing | undefined;
  if (closing?.isOpen === true || (closing?.hasGate === true && haveChanged)) {
    progress.say(`All regions have been run. ${network.name} is run again with the nodes of all of them.`);
    await runs.run("up", network);
    if (runs.hasEnded()) {
      return;
    }
  }
  const leaving = leavingRegions(outputsOf(runs.stateOf(network)), regions, ({ stack }) =>
    runs.stateOf(stack),
  );
  await pMap(leaving, async ({ stack, isConfigured }) => {
    const { failure } = await runs.run(isConfigured ? "up" : "destroy", stack);
    if (!isConfigured && failure === undefined) {
      await removeRegionStacks(network, [stack], command);
    }
  });
  if (leaving.length > 0 && !runs.hasEnded()) {
    await runs.run("up", network);
  }
}

function changesSomething(events: readonly TimedEvent[]): boolean {
  return steps(events).some(({ op }) => op !== "same");
}

async function down({ stacks, progress, isCancelled }: NetworkRun, runs: StackRuns): Promise<void> {
  await pMap(stacks.regions, ({ stack }) => runs.run("destroy", stack));
  if (runs.failure === undefined && !isCancelled()) {
    await runs.run("destroy", stacks.network);
  } else if (!isCancelled()) {
    progress.say(`The stack "${stacks.network.name}" is kept, because resources of its regions are left.`);
  }
}

/** The runs of the engine in one run of the command, with the state of each stack. */
class StackRuns {
  readonly #states: Map<string, State>;
  readonly #events: TimedEvent[] = [];
  failure: EngineFailure | undefined;

  constructor(readonly options: NetworkRun) {
    const { stacks, before } = options;
    this.#states = new Map([
      [stacks.network.name, before.network],
      ...stacks.regions.map(({ region, stack }) => [stack.name, before.regions.get(region) ?? {}] as const),
    ]);
  }

  /** Runs the engine on a stack, and reads the stack's state after an `up` if it may have changed and is needed. */
  async run(mode: Mode, stack: Stack) {
    const { stacks, parallel, exclusion, users, packs, record, progress, isCancelled, command, recover } =
      this.options;
    let isOld = false;
    const onOtherRunEnded = () => {
      isOld = true;
    };
    const { failure, events } = await runUntilSettled({
      run: { mode, stack, parallel, exclusion, users, packs, record, progress, isCancelled, onOtherRunEnded },
      engine: runEngine,
      recover: (lost) => recover(stack, lost),
    });
    this.failure ??= failure;
    for (const event of events) {
      this.#events.push(event);
    }
    // Reading the state takes a run of the CLI. The outputs of the network's stack may change although no resource does, for
    // example in the first run after a move, and the regions need them.
    const hasReaders = stack === stacks.network && stacks.regions.length + stacks.missing.length > 0;
    const hasChanged = failure !== undefined || changesSomething(events);
    if (mode === "up" && (hasReaders || hasChanged || isOld)) {
      this.#states.set(stack.name, await readState(stack, command));
    }
    return { events, failure };
  }

  /** In the order of time. */
  events(): TimedEvent[] {
    return [...this.#events].sort((one, other) => one.at - other.at);
  }

  hasEnded(): boolean {
    return this.failure !== undefined || this.options.isCancelled();
  }

  stateOf({ name }: Stack): State {
    return this.#states.get(name) ?? {};
  }

  after(): States {
    const { network } = this.options.stacks;
    const prefix = `${network.name}.`;
    return {
      stack: plainStackName(network.name),
      network: this.stateOf(network),
      regions: new Map(
        [...this.#states]
          .filter(([name]) => name !== network.name)
          .map(([name, state]) => [name.slice(prefix.length), state]),
      ),
    };
  }
}

/**
 * Whether a run failed only because resources failed. If the program itself failed, or a resource's check refused the
 * config, no region may be changed.
 */
function isFailureOfResources(events: readonly TimedEvent[]): boolean {
  return failedUrns(events).length > 0 && !hasFailedCheck(events);
}

function hasValidators({ resources = [] }: State): boolean {
  return resources.some(({ type }) => type === "kubernetes:apps/v1:StatefulSet");
}
