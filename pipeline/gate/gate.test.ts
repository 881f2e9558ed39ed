import { describe, expect, it } from "vitest";
import { compare } from "./comparison";
import { BASELINE_SAMPLES, judge } from "./gate";

/** Numbers from 0 to 1 that a seed decides: mulberry32, public domain by Tommy Ettinger. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Durations around a mean, with a standard deviation as a share of the mean (Box and Muller). */
function durations(random: () => number, count: number, { mean, noise }: { mean: number; noise: number }) {
  return Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return mean * (1 + noise * normal);
  });
}

/** Runs the gate with other seeds, and counts its verdicts. */
async function verdicts(runs: number, { slowdown, noise }: { slowdown: number; noise: number }) {
  const counts: Record<string, number> = {};
  for (let seed = 1; seed <= runs; seed++) {
    const random = seeded(seed);
    const { result } = await judge({
      scenario: "warm",
      baseline: durations(random, 20, { mean: 30, noise }),
      measure: async () => durations(random, 5, { mean: 30 * (1 + slowdown), noise }),
      random,
    });
    counts[result] = (counts[result] ?? 0) + 1;
  }
  return counts;
}

describe("the regression gate", () => {
  it("catches a slowdown of 20 % under a noise of 5 %", async () => {
    const { regression = 0 } = await verdicts(100, { slowdown: 0.2, noise: 0.05 });
    expect(regression).toBeGreaterThanOrEqual(98);
  });

  it("calls no regression where there is only a noise of 5 %", async () => {
    expect((await verdicts(200, { slowdown: 0, noise: 0.05 })).regression ?? 0).toBe(0);
  });

  it("calls no regression where a slowdown is certain and small", async () => {
    expect((await verdicts(50, { slowdown: 0.05, noise: 0.005 })).regression ?? 0).toBe(0);
  });

  it("calls no regression where a slowdown is large and uncertain", () => {
    const { slowdown, suspicious } = compare([10, 20, 30, 40, 50], [20, 30, 40, 50, 60], seeded(1));
    expect(slowdown).toBeGreaterThan(0.3);
    expect(suspicious).toBe(false);
  });

  it("measures again before it calls a regression, and forgets a slowdown that passes", async () => {
    const baseline = [10, 10.1, 9.9, 10.2, 9.8];
    const slow = [13, 13.1, 12.9, 13.2, 12.8];
    const measurements = [slow, baseline];
    const verdict = await judge({
      ...{ scenario: "warm", baseline, random: seeded(1) },
      measure: async () => measurements.shift() ?? [],
    });
    expect(verdict).toMatchObject({ result: "not confirmed", baseline: [...baseline, ...baseline] });
    const confirmed = await judge({
      scenario: "warm",
      baseline,
      random: seeded(1),
      measure: async () => slow,
    });
    expect(confirmed).toMatchObject({ result: "regression", baseline, samples: [...slow, ...slow] });
  });

  it("rolls: the newest samples of passed measurements are the next baseline", async () => {
    let baseline: readonly number[] = [];
    for (let run = 0; run < 6; run++) {
      const random = seeded(run + 1);
      const verdict = await judge({
        ...{ scenario: "no-op", baseline, random },
        measure: async () => durations(random, 5, { mean: 2, noise: 0.02 }),
      });
      expect(verdict.result).toBe(run === 0 ? "baseline started" : "passed");
      baseline = verdict.baseline;
    }
    expect(baseline).toHaveLength(BASELINE_SAMPLES);
  });
});
