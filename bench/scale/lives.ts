import type { StateResource } from "../../scripts/engine/state";
import type { Mode } from "../../stacks/order/mode";
import { Checkout, type ConfigChange } from "../../test/support/checkout";
import { configureNetwork, type NetworkRegion, regionsOf } from "./network";
import { type RecordedStep, recordedSteps } from "./recorded";
import { type MeasuredCommand, type MeasuredRun, preview, run } from "./runs";

export const SEED = 7;
/** At this scale the critical path takes about a minute. */
export const TIME_SCALE = 0.05;

/** The commands in the life of a network. */
export type Command = "up" | "noop" | "preview" | "down";

/** A network from nothing to its end, in the mode ultra, with two commands that change nothing in between. */
export interface Life extends Readonly<Record<Exclude<Command, "preview">, MeasuredRun>> {
  readonly preview: MeasuredCommand;
}

/** A run of `up`, with the creations from which the rivals are generated. */
export interface Deployment {
  readonly up: MeasuredRun;
  readonly steps: readonly RecordedStep[];
}

/** The whole life of a network of so many regions. */
export function life(count: number): Promise<Life & Pick<Deployment, "steps">> {
  return withNetwork(regionsOf(count), async (checkout) => {
    const { up, steps } = await measuredUp(checkout, count, []);
    const noop = await run(checkout, "up");
    return { up, steps, noop, preview: await preview(checkout), down: await run(checkout, "down") };
  });
}

/**
 * The `up` of a network in a mode. Its cloud makes the same draws as that of the other modes, because the seed is the same.
 *
 * @param timeScale seconds of real time for a second of the clouds.
 */
export function deployment(count: number, mode: Mode, timeScale = TIME_SCALE): Promise<Deployment> {
  return withNetwork(regionsOf(count), (checkout) => measuredUp(checkout, count, ["--mode", mode]), {
    timeScale,
  });
}

/** The `up` of a network whose regions have stacks of their own, with the states in files. */
export function shardedUp(count: number): Promise<MeasuredRun> {
  const config = [{ path: ["chainfleet:sharding"], value: "region" }];
  return withNetwork(
    regionsOf(count),
    async (checkout) => {
      await checkout.keepStateInFiles();
      return run(checkout, "up");
    },
    { config },
  );
}

/**
 * Does work in a checkout of its own, so that every network begins with the same cloud.
 *
 * @param config changes of the stack's config, in addition to the regions.
 */
export async function withNetwork<T>(
  regions: readonly NetworkRegion[],
  work: (checkout: Checkout) => Promise<T>,
  {
    timeScale = TIME_SCALE,
    config = [],
  }: { readonly timeScale?: number; readonly config?: readonly ConfigChange[] } = {},
): Promise<T> {
  process.stderr.write(`scale: ${regions.length} regions\n`);
  const checkout = new Checkout(timeScale, SEED);
  try {
    configureNetwork(checkout, regions);
    checkout.configure(...config);
    checkout.environment();
    return await work(checkout);
  } finally {
    await checkout.close();
  }
}

async function measuredUp(
  checkout: Checkout,
  count: number,
  options: readonly string[],
): Promise<Deployment> {
  const up = await run(checkout, "up", options);
  const { resources = [] } = await checkout.state();
  const names = regionsOf(count).map(({ name }) => name);
  return {
    up,
    steps: recordedSteps(checkout.eventsOfLastRun(), resources as readonly StateResource[], names),
  };
}
