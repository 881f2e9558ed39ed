import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { fanOutScript } from "./scale/fan-out";
import { exponentOf } from "./scale/growth";
import { type Command, deployment, type Life, life, SEED, shardedUp, TIME_SCALE } from "./scale/lives";
import type { PeakMemory } from "./scale/memory";
import type { RecordedStep } from "./scale/recorded";
import { type MeasuredCommand, type MeasuredRun, rounded } from "./scale/runs";
import { type TerraformFigures, terraform } from "./scale/terraform";
import { type Throttling, throttling } from "./scale/throttling";

/**
 * Figures of the benchmark `scale`: a network of 24 Azure regions with 48 validators in one graph. Times are seconds of real
 * time. A ratio is a duration divided by the critical path of the `up` in the mode ultra, which is the lower bound.
 */
export interface Scale
  extends Partial<Base>,
    Partial<Graph>,
    Partial<Modes>,
    Partial<Sharded>,
    Partial<Rivals>,
    Partial<Growing>,
    Partial<Throttling> {
  /** Absent if all parts were run. */
  readonly parts?: readonly Part[];
  readonly seed: number;
  readonly timeScale: number;
}

/** The `up` in the mode ultra. */
interface Base {
  readonly regions: number;
  /** The number of resources, components included. */
  readonly resources: number;
  readonly criticalPathSeconds: number;
  readonly upSeconds: number;
  /** upSeconds / criticalPathSeconds */
  readonly ratio: number;
  /** Calls that the clouds refused with status 429. */
  readonly throttles: number;
}

/** The rest of the life of the same network. */
interface Graph {
  readonly downSeconds: number;
  /** The duration of the `down` divided by its own critical path. */
  readonly downRatio: number;
  readonly noopSeconds: number;
  readonly previewSeconds: number;
  readonly peakMiB: Readonly<Record<Command, PeakMemory>>;
}

/** The other modes, as ratios. */
interface Modes {
  readonly maximum: number;
  readonly standard: number;
  /** The sum of the recorded durations: a run of one operation at a time would take half an hour. */
  readonly sequential: number;
  /** A smaller and faster network that was really deployed in the mode sequential, against the sum of its own durations. */
  readonly sequentialMeasured: {
    readonly regions: number;
    readonly timeScale: number;
    readonly seconds: number;
    readonly sumSeconds: number;
  };
}

interface Sharded {
  /** Each region in a stack of its own, and the states in files: a backend without a journal. */
  readonly shardedRatio: number;
}

interface Rivals {
  /** Phases with `&` and `wait`, without any work but the recorded durations. */
  readonly bash: number;
  /** Terraform on the same graph and durations; text says why the figure is missing. */
  readonly terraformRatio: number | string;
  readonly terraform?: TerraformFigures;
}

interface Growing {
  /** Exponents of the duration by the number of regions. */
  readonly growth: Readonly<Record<Command, number>>;
  readonly byRegions: readonly SizeFigures[];
}

/** The figures of one size of network. */
interface SizeFigures extends Readonly<Record<Command, MeasuredCommand>> {
  readonly regions: number;
  readonly resources: number;
  readonly criticalPathSeconds: number;
}

const PARTS = ["graph", "modes", "sharded", "rivals", "growth", "throttle"] as const;
type Part = (typeof PARTS)[number];

const SEQUENTIAL_REGIONS = 2;
const SEQUENTIAL_TIME_SCALE = 0.02;
/** The default of `chainfleet up --parallel`. */
const PARALLEL = 128;

/** What to measure. */
export interface ScaleOptions {
  /** Names of parts, separated by commas. Undefined: all. */
  readonly parts: string | undefined;
  /** The number of regions of the network in one graph. */
  readonly regions: number;
  /** The numbers of regions of the networks that show the growth. */
  readonly sizes: readonly number[];
}

/**
 * Runs the parts in their order:
 * - `graph`: the network in the mode ultra: `up`, an `up` without changes, a preview, `down`
 * - `modes`: the other modes
 * - `sharded`: an `up` with a stack for each region, and the states in files
 * - `rivals`: bash and Terraform with the durations of the `up`
 * - `growth`: networks of other sizes
 * - `throttle`: many regions in one location, with and without the rate governor
 */
export async function scale({ parts, regions, sizes }: ScaleOptions): Promise<Scale> {
  const chosen = PARTS.filter((part) => parts === undefined || parts.split(",").includes(part));
  const unknown = parts?.split(",").filter((name) => !PARTS.some((part) => part === name)) ?? [];
  if (unknown.length > 0) {
    throw new Error(`PARTS names ${unknown.join(", ")}; the parts are ${PARTS.join(", ")}.`);
  }
  const has = (...some: readonly Part[]) => some.some((part) => chosen.includes(part));
  const whole = has("graph", "growth") ? await life(regions) : undefined;
  const base = whole ?? (has("modes", "sharded", "rivals") ? await deployment(regions, "ultra") : undefined);
  return {
    ...(parts === undefined ? {} : { parts: chosen }),
    ...(base === undefined ? {} : baseFigures(regions, base.up)),
    ...(whole === undefined ? {} : graphFigures(whole)),
    ...(has("modes") && base !== undefined ? await otherModes(regions, base) : {}),
    ...(has("sharded") && base !== undefined
      ? { shardedRatio: ratio(await shardedUp(regions), base.up) }
      : {}),
    ...(has("rivals") && base !== undefined ? await rivals(base) : {}),
    ...(has("growth") && whole !== undefined ? await growth(sizes, { regions, whole }) : {}),
    ...(has("throttle") ? await throttling() : {}),
    seed: SEED,
    timeScale: TIME_SCALE,
  };
}

/** What the other figures are compared with. */
interface Comparison {
  readonly up: MeasuredRun;
  readonly steps: readonly RecordedStep[];
}

function baseFigures(regions: number, up: MeasuredRun): Base {
  return {
    regions,
    resources: up.resources,
    criticalPathSeconds: up.criticalPathSeconds,
    upSeconds: up.seconds,
    ratio: ratio(up, up),
    throttles: up.throttles,
  };
}

function graphFigures({ up, noop, preview, down }: Life): Graph {
  return {
    downSeconds: down.seconds,
    downRatio: ratio(down, down),
    noopSeconds: noop.seconds,
    previewSeconds: preview.seconds,
    peakMiB: { up: up.peakMiB, noop: noop.peakMiB, preview: preview.peakMiB, down: down.peakMiB },
  };
}

async function otherModes(regions: number, base: Comparison): Promise<Modes> {
  const maximum = await deployment(regions, "maximum");
  const standard = await deployment(regions, "standard");
  const sequential = await deployment(SEQUENTIAL_REGIONS, "sequential", SEQUENTIAL_TIME_SCALE);
  return {
    maximum: ratio(maximum.up, base.up),
    standard: ratio(standard.up, base.up),
    sequential: ratio({ seconds: sumOf(base.steps) }, base.up),
    sequentialMeasured: {
      regions: SEQUENTIAL_REGIONS,
      timeScale: SEQUENTIAL_TIME_SCALE,
      seconds: sequential.up.seconds,
      sumSeconds: rounded(sumOf(sequential.steps)),
    },
  };
}

async function rivals(base: Comparison): Promise<Rivals> {
  process.stderr.write("scale: bash\n");
  const bash = await fanOut(base.steps);
  process.stderr.write("scale: terraform\n");
  const figures = await terraform(base.steps, PARALLEL);
  return {
    bash: ratio({ seconds: bash }, base.up),
    ...(typeof figures === "string"
      ? { terraformRatio: figures }
      : { terraformRatio: ratio({ seconds: figures.applySeconds }, base.up), terraform: figures }),
  };
}

/** @returns the duration of the script in seconds. */
async function fanOut(steps: readonly RecordedStep[]): Promise<number> {
  const started = performance.now();
  const running = promisify(execFile)("bash", ["-s"], { maxBuffer: 2 ** 24 });
  running.child.stdin?.end(fanOutScript(steps));
  await running;
  return (performance.now() - started) / 1000;
}

async function growth(
  sizes: readonly number[],
  known: { readonly regions: number; readonly whole: Life },
): Promise<Growing> {
  const byRegions: SizeFigures[] = [];
  for (const size of sizes) {
    byRegions.push(sizeFigures(size, size === known.regions ? known.whole : await life(size)));
  }
  const exponent = (command: Command) =>
    rounded(exponentOf(byRegions.map((size) => ({ regions: size.regions, value: size[command].seconds }))));
  return {
    growth: {
      up: exponent("up"),
      noop: exponent("noop"),
      preview: exponent("preview"),
      down: exponent("down"),
    },
    byRegions,
  };
}

function sizeFigures(regions: number, { up, noop, down, preview }: Life): SizeFigures {
  const command = ({ seconds, peakMiB }: MeasuredCommand) => ({ seconds, peakMiB });
  return {
    regions,
    resources: up.resources,
    criticalPathSeconds: up.criticalPathSeconds,
    up: command(up),
    noop: command(noop),
    preview: command(preview),
    down: command(down),
  };
}

function sumOf(steps: readonly RecordedStep[]): number {
  return steps.reduce((sum, { seconds }) => sum + seconds, 0);
}

function ratio(
  { seconds }: { readonly seconds: number },
  { criticalPathSeconds }: Pick<MeasuredRun, "criticalPathSeconds">,
): number {
  return rounded(seconds / criticalPathSeconds);
}
