import { isDeepStrictEqual } from "node:util";
import type { Stack } from "@pulumi/pulumi/automation";
import pMap from "p-map";
import { ChainfleetError } from "../../components/error";
import { shardConfig } from "../../stacks/config/written/shard-config";
import { isSharded, shardStackName } from "../../stacks/config/written/shard-name";
import { plainStackName, stackFile } from "../../stacks/config/written/written-config";
import { EngineCommand } from "../engine/command";
import { withLock } from "../engine/lock";
import { openStack } from "../engine/stack";
import { readPlainState, type State, writePlainState } from "../engine/state";
import { configuredRegions } from "../run/configured";
import { confirm } from "../terminal/confirmation";
import { tableOf } from "../terminal/table";
import { CPU_BOUND } from "./cpu";
import { createRegionStacks, openRegionStacks, removeRegionStacks } from "./network-stacks";
import { type Move, planShard, planUndo, type States } from "./plan";
import { writeShardFiles } from "./shard-files";

/** The options of `chainfleet shard`. */
export interface MoveOptions {
  readonly stack: string;
  readonly json: boolean;
  /** Moves without asking. */
  readonly yes: boolean;
  /** Shows the plan, and moves nothing. */
  readonly preview: boolean;
}

/** The direction of a move. */
export type Direction = "shard" | "undo";

/**
 * Moves the regions of a network into stacks of their own, or back. Only states are changed, no resource is touched. A move
 * that was killed is finished by running the command again.
 *
 * @returns the exit code of the process.
 */
export async function move(direction: Direction, options: MoveOptions): Promise<number> {
  requireConfig(direction, options.stack);
  const command = new EngineCommand();
  const network = await openStack(options.stack, command);
  const regions = configuredRegions(options.stack).map(({ name }) => name);
  const stacks = new Map((await openRegionStacks(network)).map(({ region, stack }) => [region, stack]));
  const before = await readStates(network, stacks, command);
  const plan = direction === "shard" ? planShard(before, regions) : planUndo(before);
  if (!options.json) {
    process.stderr.write(`${describe(direction, options.stack, plan)}\n`);
  }
  if (plan.writes.length > 0 && !options.preview) {
    if (!options.yes) {
      await confirm({
        command: "shard",
        effect: `changes the states of ${plan.writes.length} stacks, and no resource`,
        stack: options.stack,
      });
    }
    if (direction === "shard") {
      writeShardFiles(options.stack, regions);
      const missing = regions.filter((region) => !stacks.has(region));
      for (const { region, stack } of await createRegionStacks(network, missing, command)) {
        stacks.set(region, stack);
      }
    }
    const byName = new Map([network, ...stacks.values()].map((stack) => [plainStackName(stack.name), stack]));
    await carryOut(plan, { network, byName, expected: before.network, command });
  }
  if (direction === "undo" && !options.preview) {
    await removeRegionStacks(network, [...stacks.values()], command);
  }
  if (options.json) {
    process.stdout.write(`${JSON.stringify(resultOf(direction, options, plan))}\n`);
  }
  return 0;
}

/** The config is changed first, so that an `up` in the middle of a move is refused by the check of the chain. */
function requireConfig(direction: Direction, stack: string): void {
  const wanted = direction === "shard" ? "region" : "none";
  if (isSharded(stack) !== (direction === "shard")) {
    throw new ChainfleetError({
      code: "SHARDING_NOT_CONFIGURED",
      summary: `${stackFile(stack)} does not say sharding: ${wanted}. Nothing was changed.`,
      next: `Set chainfleet:sharding: ${wanted} in ${stackFile(stack)}, then repeat this command.`,
    });
  }
  const [region] = configuredRegions(stack);
  if (direction === "shard" && region !== undefined) {
    // Throws all findings.
    shardConfig({ parent: stack, region: region.name });
  }
}

async function readStates(
  network: Stack,
  stacks: ReadonlyMap<string, Stack>,
  command: EngineCommand,
): Promise<States> {
  const regions = await pMap(
    stacks,
    async ([region, stack]) => [region, await readPlainState(stack, command)] as const,
    { concurrency: CPU_BOUND },
  );
  return {
    stack: plainStackName(network.name),
    network: await readPlainState(network, command),
    regions: new Map(regions),
  };
}

/** What a move needs to be carried out. */
interface Target {
  readonly network: Stack;
  readonly byName: ReadonlyMap<string, Stack>;
  /** The state of the network's stack from which the plan was made. */
  readonly expected: State;
  readonly command: EngineCommand;
}

/** Writes the states in the order of the plan. The regions' stacks are independent of each other. */
async function carryOut({ writes }: Move, { network, byName, expected, command }: Target): Promise<void> {
  const write = async ({ stack: name, state }: Move["writes"][number]) => {
    const stack = byName.get(name) as Stack;
    await withLock(stack, say, () => writePlainState(stack, command, state));
  };
  const own = writes.findIndex(({ stack }) => stack === plainStackName(network.name));
  const ofNetwork = writes.slice(own, own + 1);
  await pMap(writes.slice(0, Math.max(own, 0)), write, { concurrency: CPU_BOUND });
  if (own >= 0 && !isDeepStrictEqual(await readPlainState(network, command), expected)) {
    throw new ChainfleetError({
      code: "SHARD_STATE_CHANGED",
      summary: `Another run has changed the stack "${network.name}" since the move was planned. Its resources are where they were.`,
      next: "Repeat this command when no other run is in progress.",
    });
  }
  await pMap(own < 0 ? [] : ofNetwork, write);
  await pMap(writes.slice(own + 1), write, { concurrency: CPU_BOUND });
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function describe(direction: Direction, stack: string, { moved, writes }: Move): string {
  if (moved.length === 0) {
    return writes.length === 0
      ? "There is nothing to move."
      : "The resources are in their place. What an interrupted move has left in other stacks is removed.";
  }
  const rows = moved.map(({ region, resources }) => {
    const ofRegion = shardStackName({ parent: stack, region });
    return direction === "shard"
      ? [region, resources.length, stack, ofRegion]
      : [region, resources.length, ofRegion, stack];
  });
  return tableOf(["region", { numbers: "resources" }, "from the stack", "to the stack"], rows);
}

function resultOf(direction: Direction, { stack, preview }: MoveOptions, { moved, writes }: Move): object {
  return {
    stack,
    direction,
    preview,
    moved: moved.map(({ region, resources }) => ({
      region,
      stack: shardStackName({ parent: stack, region }),
      resources: resources.map(({ urn }) => urn),
    })),
    writes: writes.map((write) => write.stack),
  };
}
