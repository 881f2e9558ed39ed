import type { Summary } from "../scripts/run/summary";
import { Checkout } from "../test/support/checkout";

/** Figures of `dev-up`; times in seconds of the wall clock. Of all rounds the one with the median `up`. */
export interface DevUp {
  /** The command from its start to its end, as `make up` runs it with packages and services there. */
  readonly upSeconds: number;
  readonly noopSeconds: number;
  /** The lower bound: the longest chain of true dependencies. */
  readonly criticalPathSeconds: number;
  /** upSeconds / criticalPathSeconds */
  readonly ratio: number;
  /** Where the rest goes. */
  readonly overheadSeconds: Overhead;
  readonly rounds: readonly { readonly up: number; readonly noop: number; readonly criticalPath: number }[];
  readonly seed: number;
  readonly timeScale: number;
}

/** The parts of upSeconds that are not on the critical path. */
interface Overhead {
  /** Until the engine runs: the services are looked after, the stack is opened, its state read. */
  readonly beforeEngine: number;
  /** The engine and the program start; until the first resource is begun. */
  readonly beforeFirstResource: number;
  /** Between the first resource's beginning and the last one's end, beside the critical path. */
  readonly besidePath: number;
  /** After the last resource. */
  readonly afterLastResource: number;
}

const ROUNDS = 3;
/** As `make up` has it by default. */
const TIME_SCALE = 0.02;
const SEED = 7;

/** `up` of the dev stack from nothing, then `up` again without a change, in a checkout of its own. */
export async function devUp(): Promise<DevUp> {
  const checkout = new Checkout(TIME_SCALE, SEED);
  try {
    checkout.environment();
    const rounds = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      process.stderr.write(`dev-up: round ${round} of ${ROUNDS}\n`);
      const started = Date.now();
      const up = await succeeded(checkout, "up");
      const overhead = overheadOf(checkout, started, started + up.seconds * 1000, up.summary);
      const noop = await succeeded(checkout, "up");
      rounds.push({ up, noop, overhead });
      await succeeded(checkout, "down");
    }
    const median = [...rounds].sort((a, b) => a.up.seconds - b.up.seconds)[Math.floor(ROUNDS / 2)];
    if (median === undefined) {
      throw new Error("no round was run");
    }
    const { criticalPathSeconds } = median.up.summary;
    return {
      upSeconds: rounded(median.up.seconds),
      noopSeconds: rounded(median.noop.seconds),
      criticalPathSeconds: rounded(criticalPathSeconds),
      ratio: rounded(median.up.seconds / criticalPathSeconds),
      overheadSeconds: median.overhead,
      rounds: rounds.map(({ up, noop }) => ({
        up: rounded(up.seconds),
        noop: rounded(noop.seconds),
        criticalPath: rounded(up.summary.criticalPathSeconds),
      })),
      seed: SEED,
      timeScale: TIME_SCALE,
    };
  } finally {
    await checkout.close();
  }
}

async function succeeded(
  checkout: Checkout,
  name: "up" | "down",
): Promise<{ seconds: number; summary: Summary }> {
  const started = performance.now();
  const finished = await checkout.operate(name);
  const seconds = (performance.now() - started) / 1000;
  if (finished.code !== 0) {
    throw new Error(`chainfleet ${name} failed:\n${finished.stderr}`);
  }
  return { seconds, summary: finished.summary };
}

function overheadOf(checkout: Checkout, started: number, ended: number, summary: Summary): Overhead {
  const events = checkout.lastEvents();
  const times = (wanted: (event: (typeof events)[0]["event"]) => unknown) =>
    events.filter(({ event }) => wanted(event)).map(({ at }) => at);
  const firstEvent = times(() => true)[0] ?? started;
  const firstResource = times((event) => event.resourcePreEvent?.metadata.new?.custom)[0] ?? firstEvent;
  const lastResource = times((event) => event.resOutputsEvent?.metadata.new?.custom).at(-1) ?? firstResource;
  return {
    beforeEngine: rounded((firstEvent - started) / 1000),
    beforeFirstResource: rounded((firstResource - firstEvent) / 1000),
    besidePath: rounded((lastResource - firstResource) / 1000 - summary.criticalPathSeconds),
    afterLastResource: rounded((ended - lastResource) / 1000),
  };
}

function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}
