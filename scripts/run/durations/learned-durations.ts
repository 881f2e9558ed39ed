import { quantileSorted } from "simple-statistics";
import { z } from "zod";

/** Where an operation takes place, for learning. Resources of no region have no place. */
export interface Place {
  /** @example "azure"; "azure (simulated)" on the local target, whose durations say nothing about a cloud. */
  readonly cloud: string;
  /** @example "westeurope" */
  readonly location: string;
}

/** An operation whose duration is learned or asked for. */
export interface TimedOperation {
  readonly type: string;
  /** The engine's name of the operation. @example "create" */
  readonly op: string;
  readonly place: Place;
}

/** An operation that a run finished, with its duration without waits. */
export interface Sample extends TimedOperation {
  readonly seconds: number;
}

const entrySchema = z.object({
  /** The durations in seconds, the newest last. */
  samples: z.array(z.number().nonnegative()).min(1),
  /** How many durations there were in all, also those that are no longer kept. */
  count: z.int().positive(),
  /** The number of the run that added the last one, by which the oldest entries are found. */
  run: z.int().nonnegative(),
});

/** The contents of `durations.json`. */
export const learnedSchema = z.object({
  version: z.literal(1),
  run: z.int().nonnegative(),
  operations: z.record(z.string(), entrySchema),
});
export type LearnedDurations = Readonly<z.infer<typeof learnedSchema>>;

/** Nothing learned yet. */
export const NOTHING_LEARNED: LearnedDurations = { version: 1, run: 0, operations: {} };

/** How many durations are kept of one operation, so that the figures follow a cloud that becomes slower. */
export const SAMPLES_KEPT = 15;
/** How many operations are kept; 60 types in 60 locations. The file then has about half a megabyte. */
export const OPERATIONS_KEPT = 4000;

/** Adds what a run has shown. Pure. Beyond the limit, the operations that no run has had for longest are dropped. */
export function learn(learned: LearnedDurations, samples: readonly Sample[]): LearnedDurations {
  const run = learned.run + 1;
  const operations = { ...learned.operations };
  for (const sample of samples) {
    const key = keyOf(sample);
    const known = operations[key];
    operations[key] = {
      samples: [...(known?.samples ?? []), Math.round(sample.seconds * 1000) / 1000].slice(-SAMPLES_KEPT),
      count: (known?.count ?? 0) + 1,
      run,
    };
  }
  const kept = Object.entries(operations)
    .sort(([, one], [, other]) => other.run - one.run)
    .slice(0, OPERATIONS_KEPT);
  return { version: 1, run, operations: Object.fromEntries(kept) };
}

/** An expected duration and where it is from. */
export interface Expected {
  readonly seconds: number;
  /** `location`: seen at this location; `cloud`: seen elsewhere on this cloud; `none`: never seen. */
  readonly source: "location" | "cloud" | "none";
  /** How many durations the figure is from. */
  readonly samples: number;
}

/**
 * Answers how long operations take by what was learned: the upper quartile of the last durations at the location, else of
 * all durations on the cloud. A run waits for the slowest of many operations, so the median would predict too little, and
 * the maximum would remember one bad day for long.
 */
export function expectations(learned: LearnedDurations): (operation: TimedOperation) => Expected {
  const byCloud = new Map<string, number[]>();
  for (const [key, { samples }] of Object.entries(learned.operations)) {
    const cloud = withoutLocation(key);
    byCloud.set(cloud, [...(byCloud.get(cloud) ?? []), ...samples]);
  }
  return (operation) => {
    const key = keyOf(operation);
    const atLocation = learned.operations[key]?.samples;
    const samples = atLocation ?? byCloud.get(withoutLocation(key));
    return samples === undefined
      ? { seconds: 0, source: "none", samples: 0 }
      : {
          seconds: upperQuartile(samples),
          source: atLocation === undefined ? "cloud" : "location",
          samples: samples.length,
        };
  };
}

function upperQuartile(samples: readonly number[]): number {
  return quantileSorted(
    [...samples].sort((a, b) => a - b),
    0.75,
  );
}

/** The place of operations on the local target, whose durations are learned apart from those of the cloud. */
export function simulated({ cloud, location }: Place): Place {
  return { cloud: `${cloud}${SIMULATED}`, location };
}

const SIMULATED = " (simulated)";

export function isSimulated({ cloud }: Place): boolean {
  return cloud.endsWith(SIMULATED);
}

/** @example "azure-native:network:Subnet create azure/westeurope" */
function keyOf({ type, op, place: { cloud, location } }: TimedOperation): string {
  return `${type} ${op} ${cloud}/${location}`;
}

function withoutLocation(key: string): string {
  return key.slice(0, key.lastIndexOf("/"));
}
