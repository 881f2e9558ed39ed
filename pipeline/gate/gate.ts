import { type Comparison, compare } from "./comparison";
import { FEWEST_SAMPLES, type Scenario } from "./scenario";

/** The newest samples of a baseline; older ones are dropped, so that the baseline follows the machine and accepted changes. */
export const BASELINE_SAMPLES = 20;

/** What the gate says about one scenario. */
export interface Verdict {
  readonly scenario: Scenario;
  readonly result:
    | "regression"
    | "passed"
    /** The first measurement looked like a regression, and the second did not. */
    | "not confirmed"
    /** The baseline has too few samples for a comparison; the samples were added. */
    | "baseline started";
  /** The seconds of every sample that was taken. */
  readonly samples: readonly number[];
  readonly first?: Comparison;
  readonly confirmation?: Comparison;
  /** The baseline for the next run, in seconds. A regression leaves it as it was. */
  readonly baseline: readonly number[];
}

/** What the gate needs for one scenario. */
export interface GateInput {
  readonly scenario: Scenario;
  /** Seconds, the oldest first. */
  readonly baseline: readonly number[];
  /** Takes new samples, in seconds. */
  readonly measure: () => Promise<readonly number[]>;
  /** Numbers from 0 to 1 for the statistics. */
  readonly random: () => number;
}

/**
 * Measures a scenario and compares it with its baseline. A slowdown that is large and significant is measured a second time; only if
 * the second measurement says the same on its own, the gate calls a regression.
 */
export async function judge({ scenario, baseline, measure, random }: GateInput): Promise<Verdict> {
  const samples = await measure();
  if (baseline.length < FEWEST_SAMPLES || samples.length < FEWEST_SAMPLES) {
    return { scenario, result: "baseline started", samples, baseline: rolled(baseline, samples) };
  }
  const first = compare(baseline, samples, random);
  if (!first.suspicious) {
    return { scenario, result: "passed", samples, first, baseline: rolled(baseline, samples) };
  }
  const again = await measure();
  const confirmation = compare(baseline, again, random);
  const all = [...samples, ...again];
  return confirmation.suspicious
    ? { scenario, result: "regression", samples: all, first, confirmation, baseline }
    : // What only looked slow is not representative: the confirmation alone enters the baseline.
      {
        scenario,
        result: "not confirmed",
        samples: all,
        first,
        confirmation,
        baseline: rolled(baseline, again),
      };
}

function rolled(baseline: readonly number[], samples: readonly number[]): number[] {
  return [...baseline, ...samples].slice(-BASELINE_SAMPLES);
}
