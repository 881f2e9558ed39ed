import { setTimeout as delay } from "node:timers/promises";
import { allAtOnce, type RegionOutcome } from "../../components/at-once";
import { ChainfleetError } from "../../components/error";
import { commandOn } from "../engine/local-target";
import { ClusterServices } from "./cluster-services";
import type { ServiceRegion } from "./regions";

/** The options that `services start` and `services stop` have in common. */
export interface ChangeOptions {
  readonly stack: string;
  readonly json: boolean;
  /** Seconds after which a region counts as failed. */
  readonly timeout: number;
}

/** What became of a region, as the commands print it. */
export interface ChangedRegion {
  readonly name: string;
  readonly cloud: string;
  readonly result: "succeeded" | "failed";
  readonly seconds: number;
  readonly validators: number;
  readonly error?: string;
}

/**
 * Sets the number of pods of all validators of the regions, all regions at once, and waits until they are as they should be.
 * Prints a line for each region, in the order of the config.
 */
export async function changeAll(
  regions: readonly ServiceRegion[],
  replicas: 0 | 1,
  { json, timeout }: ChangeOptions,
): Promise<ChangedRegion[]> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 100) / 10;
  const ends = new Map<string, number>();
  const told = ({ region, error }: RegionOutcome<unknown>) => {
    if (!json) {
      const verb = replicas === 0 ? "stopped" : "started";
      process.stdout.write(
        error === undefined
          ? `${region}: ${verb} after ${ends.get(region)} s\n`
          : `${region}: failed: ${error}\n`,
      );
    }
  };
  const outcomes = await allAtOnce(regions, { timeoutSeconds: timeout, told }, async (region, signal) => {
    try {
      await scaleAndWait(region, replicas, signal);
    } finally {
      ends.set(region.name, seconds());
    }
  });
  return regions.map(({ name, cloud, validators }, index) => {
    const error = outcomes[index]?.error;
    return {
      name,
      cloud,
      result: error === undefined ? "succeeded" : "failed",
      seconds: ends.get(name) ?? timeout,
      validators: validators.length,
      ...(error === undefined ? {} : { error }),
    };
  });
}

async function scaleAndWait(region: ServiceRegion, replicas: 0 | 1, signal: AbortSignal): Promise<void> {
  const services = new ClusterServices(region, REQUEST_SECONDS);
  await services.scale(replicas);
  while (!signal.aborted && !(await isDone(services, replicas))) {
    await delay(POLL_SECONDS * 1000);
  }
}

async function isDone(services: ClusterServices, replicas: 0 | 1): Promise<boolean> {
  if (replicas === 0) {
    return (await services.pods()) === 0;
  }
  return (await services.validators()).every(({ isReady }) => isReady);
}

const POLL_SECONDS = 1;
const REQUEST_SECONDS = 10;

/** The lines after those of the regions: how many failed, and what to do. */
export function failureLines(
  changed: readonly ChangedRegion[],
  command: "start" | "stop",
  stack: string,
): string[] {
  const failed = changed.filter(({ result }) => result === "failed").map(({ name }) => name);
  return failed.length === 0
    ? []
    : [
        `${failed.length} of ${changed.length} regions failed: ${failed.join(", ")}.`,
        `To try again: ${commandOn(stack)} services ${command} ${failed.join(" ")} --stack ${stack}`,
      ];
}

/** A command that needs at least one validator. */
export function requireValidators(regions: readonly ServiceRegion[]): void {
  if (regions.every(({ validators }) => validators.length === 0)) {
    throw new ChainfleetError({
      code: "NO_VALIDATORS",
      summary: `${regions.map(({ name }) => name).join(", ")}: no validator belongs to these regions. Nothing was changed.`,
    });
  }
}
