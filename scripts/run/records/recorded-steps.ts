import { type RunFacts, timedStepsOf } from "../summary";
import type { TimedStep } from "../timing/timed-steps";

/** The contents of `steps.json`: what a run did and when, for the timeline and for `chainfleet explain`. */
export interface RecordedSteps {
  /** The start of the run, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The names of the regions and chains. */
  readonly groups: readonly string[];
  readonly steps: readonly TimedStep[];
}

/** The steps of a run. Pure. */
export function recordedSteps(facts: RunFacts, groups: readonly string[]): RecordedSteps {
  return { startedAt: facts.startedAt, groups, steps: timedStepsOf(facts) };
}
