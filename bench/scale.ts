import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { StateResource } from "../scripts/engine/state";
import type { Mode } from "../stacks/order/mode";
import { Checkout } from "../test/support/checkout";
import { fanOutScript } from "./scale/fan-out";
import { exponentOf } from "./scale/growth";
import type { PeakMemory } from "./scale/memory";
import { configureNetwork, regionsOf } from "./scale/network";
import { type RecordedStep, recordedSteps } from "./scale/recorded";
import { type MeasuredCommand, type MeasuredRun, preview, rounded, run } from "./scale/runs";
import { type TerraformFigures, terraform } from "./scale/terraform";

/**
 * Figures of the benchmark `scale`: a network of 24 Azure regions with 48 validators in one graph. Times are seconds of real
 * time. A ratio is a duration divided by the critical path of the `up` in the mode ultra, which is the lower bound.
 */
export interface Scale extends Partial<Modes>, Partial<Rivals>, Partial<Growing> {
  /** Absent if all parts were run. */
  readonly parts?: readonly Part[];
  readonly regions: number;
  /** The number of resources, components included. */
  readonly resources: number;
  readonly criticalPathSeconds: number;
  readonly upSeconds: number;
  /** upSeconds / criticalPathSeconds */
  readonly ratio: number;
  readonly downSeconds: number;
  /** The duration of the `down` divided by its own critical path. */
  readonly downRatio: number;
  readonly noopSeconds: number;
  readonly previewSeconds: number;
  /** Calls that the clouds refused with status 429 during the `up`. */
  readonly throttles: number;
  readonly peakMiB: Readonly<Record<"up" | "noop" | "preview" | "down", PeakMemory>>;
  readonly seed: number;
  readonly timeScale: number;
}

/** The other modes and a script, as ratios. */
interface Modes {
  readonly maximum: number;
  readonly standard: number;
  /** The sum of the recorded durations: a run of one operation at a time would take half an hour. */
  readonly sequential: number;
  /** A smaller network that was really deployed in the mode sequential, against the sum of its own durations. */
  readonly sequentialMeasured: {
    readonly regions: number;
    readonly seconds: number;
    readonly sumSeconds: number;
  };
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
  readonly growth: Readonly<Record<Growth, number>>;
  readonly byRegions: readonly SizeFigures[];
}

type Growth = "preview" | "up" | "noop" | "down";

/** The figures of one size of network. */
interface SizeFigures extends Readonly<Record<Growth, MeasuredCommand>> {
  readonly regions: number;
  readonly resources: number;
  readonly criticalPathSeconds: number;
}

const PARTS = ["modes", "rivals", "growth"] as const;
type Part = (typeof PARTS)[number];

const SEED = 7;
/** At this scale the critical path takes about a minute. */
const TIME_SCALE = 0.05;
const REGIONS = 24;
const SEQUENTIAL_REGIONS = 2;
const OTHER_SIZES = [5, 48, 96];
/** The default of `chainfleet up --parallel`. */
const PARALLEL = 128;

/**
 * Deploys the network of 24 regions, and then what the parts ask for.
 *
 * @param parts names separated by commas: modes, rivals, growth; "graph" for none of them. Undefined: all.
 */
export async function scale(parts: string | undefined): Promise<Scale> {
  const chosen = PARTS.filter((part) => parts === undefined || parts.split(",").includes(part));
  const unknown = parts?.split(",").filter((name) => ![...PARTS, "graph"].includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new Error(`PARTS names ${unknown.join(", ")}; the parts are graph, ${PARTS.join(", ")}.`);
  }
  const { figures, steps } = await network(REGIONS);
  const base = { criticalPathSeconds: figures.up.criticalPathSeconds, steps };
  return {
    ...(parts === undefined ? {} : { parts: chosen }),
    regions: REGIONS,
    resources: figures.up.resources,
    criticalPathSeconds: figures.up.criticalPathSeconds,
    upSeconds: figures.up.seconds,
    ratio: ratio(figures.up, base),
    downSeconds: figures.down.seconds,
    downRatio: rounded(figures.down.seconds / figures.down.criticalPathSeconds),
    noopSeconds: figures.noop.seconds,
    previewSeconds: figures.preview.seconds,
    throttles: figures.up.throttles,
    peakMiB: {
      up: figures.up.peakMiB,
      noop: figures.noop.peakMiB,
      preview: figures.preview.peakMiB,
      down: figures.down.peakMiB,
    },
    ...(chosen.includes("modes") ? await otherModes(base) : {}),
    ...(chosen.includes("rivals") ? await rivals(base) : {}),
    ...(chosen.includes("growth") ? await growth(figures) : {}),
    seed: SEED,
    timeScale: TIME_SCALE,
  };
}

/** What the other figures are compared with. */
interface Base {
  readonly criticalPathSeconds: number;
  readonly steps: readonly RecordedStep[];
}

interface NetworkFigures extends Readonly<Record<Exclude<Growth, "preview">, MeasuredRun>> {
  readonly preview: MeasuredCommand;
}

/** The whole life of a network in the mode ultra: from nothing to a network, two runs that change nothing, and its end. */
function network(count: number): Promise<{ figures: NetworkFigures; steps: readonly RecordedStep[] }> {
  return withNetwork(count, async (checkout) => {
    const up = await run(checkout, "up");
    const steps = await recordedUp(checkout, count);
    const noop = await run(checkout, "up");
    const figures = { up, noop, preview: await preview(checkout), down: await run(checkout, "down") };
    return { figures, steps };
  });
}

/** An `up` in another mode. Its cloud makes the same draws as that of the other modes, because the seed is the same. */
function deployed(mode: Mode, count: number): Promise<{ up: MeasuredRun; steps: readonly RecordedStep[] }> {
  return withNetwork(count, async (checkout) => ({
    up: await run(checkout, "up", ["--mode", mode]),
    steps: await recordedUp(checkout, count),
  }));
}

/** A checkout of its own, so that every network begins with the same cloud. */
async function withNetwork<T>(count: number, work: (checkout: Checkout) => Promise<T>): Promise<T> {
  process.stderr.write(`scale: ${count} regions\n`);
  const checkout = new Checkout(TIME_SCALE, SEED);
  try {
    configureNetwork(checkout, regionsOf(count));
    checkout.environment();
    return await work(checkout);
  } finally {
    await checkout.close();
  }
}

async function recordedUp(checkout: Checkout, count: number): Promise<RecordedStep[]> {
  const { resources = [] } = await checkout.state();
  const names = regionsOf(count).map(({ name }) => name);
  return recordedSteps(checkout.eventsOfLastRun(), resources as readonly StateResource[], names);
}

async function otherModes(base: Base): Promise<Modes> {
  const maximum = await deployed("maximum", REGIONS);
  const standard = await deployed("standard", REGIONS);
  const sequential = await deployed("sequential", SEQUENTIAL_REGIONS);
  return {
    maximum: ratio(maximum.up, base),
    standard: ratio(standard.up, base),
    sequential: rounded(sumOf(base.steps) / base.criticalPathSeconds),
    sequentialMeasured: {
      regions: SEQUENTIAL_REGIONS,
      seconds: sequential.up.seconds,
      sumSeconds: rounded(sumOf(sequential.steps)),
    },
  };
}

async function rivals(base: Base): Promise<Rivals> {
  process.stderr.write("scale: bash\n");
  const bash = await fanOut(base.steps);
  process.stderr.write("scale: terraform\n");
  const figures = await terraform(base.steps, PARALLEL);
  return {
    bash: ratio({ seconds: bash }, base),
    ...(typeof figures === "string"
      ? { terraformRatio: figures }
      : { terraformRatio: ratio({ seconds: figures.applySeconds }, base), terraform: figures }),
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

async function growth(figures: NetworkFigures): Promise<Growing> {
  const sizes = [sizeFigures(REGIONS, figures)];
  for (const count of OTHER_SIZES) {
    sizes.push(sizeFigures(count, (await network(count)).figures));
  }
  const byRegions = sizes.sort((a, b) => a.regions - b.regions);
  const exponent = (command: Growth) =>
    rounded(exponentOf(byRegions.map((size) => ({ regions: size.regions, value: size[command].seconds }))));
  return {
    growth: {
      preview: exponent("preview"),
      up: exponent("up"),
      noop: exponent("noop"),
      down: exponent("down"),
    },
    byRegions,
  };
}

function sizeFigures(regions: number, { up, noop, down, preview: previewed }: NetworkFigures): SizeFigures {
  const command = ({ seconds, peakMiB }: MeasuredCommand) => ({ seconds, peakMiB });
  return {
    regions,
    resources: up.resources,
    criticalPathSeconds: up.criticalPathSeconds,
    preview: previewed,
    up: command(up),
    noop: command(noop),
    down: command(down),
  };
}

function sumOf(steps: readonly RecordedStep[]): number {
  return steps.reduce((sum, { seconds }) => sum + seconds, 0);
}

function ratio({ seconds }: { readonly seconds: number }, { criticalPathSeconds }: Base): number {
  return rounded(seconds / criticalPathSeconds);
}
