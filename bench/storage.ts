import { steps, type TimedEvent } from "../scripts/run/events";
import { nameOf } from "../scripts/run/resource-names";
import { StorageTarget } from "../test/support/storage/storage-target";

/** Figures of the benchmark `storage`. Times are seconds of real time. */
export interface Storage {
  /**
   * The makespan of the tests of nine pools in four lanes, divided by the lower bound: the longest pool, or all groups shared
   * equally by all lanes, with the groups' durations as they were measured in the same run.
   */
  readonly ratio: number;
  /** The makespan with one pool at a time, as the scripts without `--parallel` do it, divided by ours. */
  readonly sequentialRatio: number;
  /** The same as `ratio`, with ten times as many pools. */
  readonly ratioOfTenTimes: number;
  /** How much longer ten times as many pools take in the same number of lanes; 10 is proportional. */
  readonly growth: number;
  readonly seconds: {
    readonly parallel: Makespan;
    readonly sequential: Makespan;
    readonly tenTimes: Makespan;
  };
}

/** The makespan of a run, and what no order of the same groups can be faster than. */
export interface Makespan {
  readonly makespan: number;
  readonly lowerBound: number;
  /** The whole command, with the start of the engine and the report. */
  readonly command: number;
}

const LANES = 4;
const POOLS = 9;
/** At this scale a machine boots in 1 s, and cloud-init takes 1.5 s. */
const TIME_SCALE = 0.05;

/** Runs the same matrix in four lanes and in one, then ten times as many pools with one group each in four lanes. */
export async function storage(): Promise<Storage> {
  const target = new StorageTarget(TIME_SCALE, 7);
  try {
    target.start();
    const { pools: classes, ...example } = target.exampleConfig() as { pools: { storageClass: string }[] };
    const configure = (count: number) =>
      target.configure({
        ...example,
        pools: Array.from({ length: count }, (_, index) => ({
          name: `pool-${index}`,
          storageClass: classes[index % classes.length]?.storageClass,
        })),
        profiles: ["sequential-rw"],
        blockSizes: ["4k"],
        // Four groups a pool: 36 groups fill four lanes without a rest, which the lower bound does not know.
        pvcSizes: ["1Gi", "2Gi"],
      });
    configure(POOLS);
    process.stderr.write(`storage: ${POOLS} pools in ${LANES} lanes\n`);
    const parallel = await run(target, LANES);
    process.stderr.write("storage: one pool at a time\n");
    const sequential = await run(target, 1);
    configure(10 * POOLS);
    process.stderr.write(`storage: ${10 * POOLS} pools in ${LANES} lanes\n`);
    const tenTimes = await run(target, LANES, "--filter", "*:small:1Gi:*:*:*");
    return {
      ratio: rounded(parallel.makespan / parallel.lowerBound),
      sequentialRatio: rounded(sequential.makespan / parallel.makespan),
      ratioOfTenTimes: rounded(tenTimes.makespan / tenTimes.lowerBound),
      // Ten times as many pools with one of four groups are 2.5 times as many groups.
      growth: rounded((4 * tenTimes.makespan) / parallel.makespan),
      seconds: { parallel, sequential, tenTimes },
    };
  } finally {
    await target.checkout.close();
  }
}

async function run(target: StorageTarget, lanes: number, ...options: readonly string[]): Promise<Makespan> {
  const started = performance.now();
  const { code, output } = await target.run("run", "--parallel", String(lanes), ...options);
  if (code !== 0) {
    throw new Error(`the run in ${lanes} lanes failed:\n${output}`);
  }
  const command = (performance.now() - started) / 1000;
  return { ...makespanOf(target.checkout.eventsOfLastRun(), lanes), command: rounded(command) };
}

/** A group lasts from the request for its machines until its cleanup has ended. */
function makespanOf(events: readonly TimedEvent[], lanes: number): Omit<Makespan, "command"> {
  const groups = new Map<string, { started: number; ended: number }>();
  for (const { urn, type, op, started, ended = started } of steps(events)) {
    const [, group = ""] = /^(.*)-(machines|cleanup)$/.exec(nameOf(urn)) ?? [];
    const isOwn = /:(VmGroupMachines|GroupCleanup)$/.test(type) && !op.startsWith("delete");
    if (isOwn) {
      const known = groups.get(group) ?? { started: Number.POSITIVE_INFINITY, ended: 0 };
      groups.set(group, { started: Math.min(known.started, started), ended: Math.max(known.ended, ended) });
    }
  }
  const times = [...groups.values()];
  const seconds = (some: readonly (typeof times)[number][]) =>
    some.reduce((sum, { started, ended }) => sum + (ended - started) / 1000, 0);
  const pools = [...new Set([...groups.keys()].map(poolOf))].map((pool) =>
    seconds([...groups].flatMap(([name, time]) => (poolOf(name) === pool ? [time] : []))),
  );
  return {
    makespan: rounded(
      (Math.max(...times.map(({ ended }) => ended)) - Math.min(...times.map(({ started }) => started))) /
        1000,
    ),
    lowerBound: rounded(Math.max(...pools, seconds(times) / Math.min(lanes, pools.length))),
  };
}

/** @param group as in "pool-7-small-1Gi-1" */
function poolOf(group: string): string {
  return /^pool-\d+/.exec(group)?.[0] ?? group;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
