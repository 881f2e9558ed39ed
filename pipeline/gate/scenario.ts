/** What is measured: after a fresh clone, after a typical change, and when nothing has changed. */
export const SCENARIOS = ["cold", "warm", "no-op"] as const;

export type Scenario = (typeof SCENARIOS)[number];

/**
 * The fewest samples on each side. Five against five is the smallest number with which the rank test can be significant at 1 %:
 * one of 252 orders has all five slower (with four it is one of 70).
 */
export const FEWEST_SAMPLES = 5;
