import type { TimedEvent } from "../scripts/run/events";
import type { Summary } from "../scripts/run/summary";
import { Checkout } from "../test/support/checkout";

/** Figures of the benchmark `dev-up`, taken from the round with the median `up`. Times are seconds of real time. */
export interface DevUp {
  /** Duration of the command that `make up` runs, with packages installed and local services running. */
  readonly upSeconds: number;
  /** Duration of a second `up`, which changes nothing. */
  readonly noopSeconds: number;
  /** The lower bound of the duration: the longest chain of resources that depend on each other. */
  readonly criticalPathSeconds: number;
  /** upSeconds / criticalPathSeconds */
  readonly ratio: number;
  /** How the rest of upSeconds is spent. */
  readonly overheadSeconds: Overhead;
  readonly rounds: readonly { readonly up: number; readonly noop: number; readonly criticalPath: number }[];
  readonly seed: number;
  readonly timeScale: number;
}

/** The parts of upSeconds that are not on the critical path. */
interface Overhead {
  /** Until the engine's first event: checking the services, opening the stack and reading its state. */
  readonly beforeEngine: number;
  /** From the engine's first event until the first resource is started: starting the engine and the program. */
  readonly beforeFirstResource: number;
  /** From the start of the first resource to the end of the last resource, minus the critical path. */
  readonly besidePath: number;
  /** After the last resource. */
  readonly afterLastResource: number;
}

const ROUNDS = 3;
/** The default of `make up`. */
const TIME_SCALE = 0.02;
const SEED = 7;

/** Runs `up` of the dev stack from an empty state, then `up` without a change, in a separate checkout. */
export async function devUp(): Promise<DevUp> {
  const checkout = new Checkout(TIME_SCALE, SEED);
  try {
    checkout.environment();
    const rounds = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      process.stderr.write(`dev-up: round ${round} of ${ROUNDS}\n`);
      const up = await runSuccessfully(checkout, "up");
      const overhead = overheadOf(checkout.eventsOfLastRun(), up);
      const noop = await runSuccessfully(checkout, "up");
      rounds.push({ up, noop, overhead });
      await runSuccessfully(checkout, "down");
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

/** A run of the command with its times: milliseconds since the epoch, as in the engine's events. */
interface MeasuredRun {
  readonly started: number;
  readonly ended: number;
  readonly seconds: number;
  readonly summary: Summary;
}

async function runSuccessfully(checkout: Checkout, command: "up" | "down"): Promise<MeasuredRun> {
  const started = Date.now();
  const { code, stderr, summary } = await checkout[command]();
  const ended = Date.now();
  if (code !== 0) {
    throw new Error(`chainfleet ${command} failed:\n${stderr}`);
  }
  return { started, ended, seconds: (ended - started) / 1000, summary };
}

function overheadOf(events: readonly TimedEvent[], { started, ended, summary }: MeasuredRun): Overhead {
  const timesOf = (matches: (event: TimedEvent["event"]) => unknown) =>
    events.filter(({ event }) => matches(event)).map(({ at }) => at);
  const firstEvent = timesOf(() => true)[0] ?? started;
  const firstResource = timesOf((event) => event.resourcePreEvent?.metadata.new?.custom)[0] ?? firstEvent;
  const lastResource =
    timesOf((event) => event.resOutputsEvent?.metadata.new?.custom).at(-1) ?? firstResource;
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
