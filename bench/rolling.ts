import type { ServiceName } from "../local/aws-api/account/moto-client";
import { limitsOf } from "../local/aws-api/conditions/rates";
import { configFor, SIXTEEN_GROUPS } from "../test/integration/rolling/sixteen-groups";
import { RollingTarget } from "../test/support/rolling/rolling-target";

/** Figures of the benchmark `rolling`. Times are seconds of real time. */
export interface Rolling {
  /** Duration of a release to 16 groups with 6 images in 3 regions, divided by that of a release to one group. */
  readonly ratio16: number;
  /** Duration of the same release with one operation at a time, as a script without `&` does it, divided by ours. */
  readonly serialRatio: number;
  /** Duration of the release to 16 groups, divided by its critical path, the lower bound. */
  readonly ratioToCriticalPath: number;
  readonly seconds: {
    readonly one: readonly number[];
    readonly sixteen: readonly number[];
    readonly serial: number;
  };
  readonly criticalPathSeconds: number;
  /** The calls of a release to 16 groups, in all regions. */
  readonly apiCalls: number;
  /** The calls that were refused because of AWS' rate limits. */
  readonly throttles: number;
  /** The action that comes nearest to its limit in a region: its calls, and the calls that AWS allows in that time. */
  readonly busiest: { readonly action: string; readonly calls: number; readonly allowed: number };
  readonly timeScale: number;
}

const ROUNDS = 3;
/** At this scale an instance boots in 1.8 s (60 s on AWS), and its image takes 5.4 s (180 s). */
const TIME_SCALE = 0.03;

/**
 * Releases to one group and to 16 groups by turns, then to 16 groups serially. Every duration in the simulated AWS is the
 * middle of its range: otherwise 16 groups would have to wait for the slowest of six images, and one group would not.
 */
export async function rolling(): Promise<Rolling> {
  const target = new RollingTarget(SIXTEEN_GROUPS, TIME_SCALE, 7);
  try {
    target.start();
    await target.control("PUT", "durations", "middle");
    const one: number[] = [];
    const sixteen: Release[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      process.stderr.write(`rolling: round ${round} of ${ROUNDS}\n`);
      one.push((await release(target, { revision: `one${round}`, groups: 1 })).seconds);
      await target.control("DELETE", "statistics");
      sixteen.push(await release(target, { revision: `sixteen${round}`, groups: 16 }));
    }
    process.stderr.write("rolling: serial\n");
    const serial = await release(target, { revision: "serial", groups: 16, options: ["--parallel", "1"] });
    const middle = [...sixteen].sort((a, b) => a.seconds - b.seconds)[Math.floor(ROUNDS / 2)] as Release;
    return {
      ratio16: rounded(middle.seconds / median(one)),
      serialRatio: rounded(serial.seconds / middle.seconds),
      ratioToCriticalPath: rounded(middle.seconds / middle.criticalPathSeconds),
      seconds: {
        one: one.map(rounded),
        sixteen: sixteen.map(({ seconds }) => rounded(seconds)),
        serial: rounded(serial.seconds),
      },
      criticalPathSeconds: rounded(middle.criticalPathSeconds),
      apiCalls: middle.apiCalls,
      throttles: middle.throttles,
      busiest: middle.busiest,
      timeScale: TIME_SCALE,
    };
  } finally {
    await target.checkout.close();
  }
}

interface Release extends Pick<Rolling, "apiCalls" | "throttles" | "busiest"> {
  readonly seconds: number;
  readonly criticalPathSeconds: number;
}

async function release(
  target: RollingTarget,
  { revision, groups, options = [] }: { revision: string; groups: number; options?: readonly string[] },
): Promise<Release> {
  const config = configFor(revision) as { readonly groups: readonly object[] };
  target.configure({ ...config, groups: config.groups.slice(0, groups) });
  const started = performance.now();
  const { code, output, summary } = await target.up(...options);
  if (code !== 0) {
    throw new Error(`the release ${revision} to ${groups} groups failed:\n${output}`);
  }
  const seconds = (performance.now() - started) / 1000;
  const statistics = await target.control("GET", "statistics");
  return {
    seconds,
    criticalPathSeconds: summary.criticalPathSeconds,
    apiCalls: statistics.total.calls,
    throttles: statistics.total.throttles,
    busiest: busiest(statistics.actions, seconds / TIME_SCALE),
  };
}

/** @param seconds the duration of the release on AWS. */
function busiest(
  actions: Readonly<Record<string, { readonly calls: number }>>,
  seconds: number,
): Rolling["busiest"] {
  const [busiestAction] = Object.entries(actions)
    .map(([action, { calls }]) => ({ action, calls, allowed: Math.round(allowedCalls(action, seconds)) }))
    .sort((a, b) => b.calls / b.allowed - a.calls / a.allowed);
  return busiestAction as Rolling["busiest"];
}

/** The calls that the bucket of an action lets pass in a time. @param action as in "ec2:RunInstances eu-west-1" */
function allowedCalls(action: string, seconds: number): number {
  const [call = "", region = ""] = action.split(" ");
  const [service, name = ""] = call.split(":");
  // A read that names something, as all reads of a release do.
  const [limit] = limitsOf(service as ServiceName, name, region, { MaxResults: 1 });
  return limit === undefined ? Number.POSITIVE_INFINITY : limit.capacity + limit.refillPerSecond * seconds;
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}
