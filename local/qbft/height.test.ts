import fc from "fast-check";
import type { Address } from "viem";
import { expect, test } from "vitest";
import { Height, type HeightSetting } from "./height";
import { quorumOf } from "./proposer";
import { accountOf } from "./testing";
import { undisturbedDecision } from "./undisturbed";

/** A setting with symmetrical delays, and when each validator joins; undefined for those that are down. */
const heights = fc
  .record({
    size: fc.integer({ min: 1, max: 13 }),
    parent: fc.nat(12),
    seed: fc.nat(1_000_000),
    farthest: fc.constantFrom(0, 1, 150, 2_000),
  })
  .chain(({ size, parent, seed, farthest }) =>
    fc
      .array(fc.option(fc.nat(5_000), { nil: undefined, freq: 6 }), { minLength: size, maxLength: size })
      .map((joined) => ({ size, parent, seed, farthest, joined })),
  );

function settingOf({
  size,
  parent,
  seed,
  farthest,
}: {
  size: number;
  parent: number;
  seed: number;
  farthest: number;
}) {
  const validators = Array.from({ length: size }, (_, index) => accountOf(index));
  return {
    validators,
    parentProposer: accountOf(parent),
    notBefore: 2_000,
    requestTimeout: 4_000,
    delay: (from: Address, to: Address) => {
      const pair = [validators.indexOf(from), validators.indexOf(to)].sort((a, b) => a - b);
      return (Math.imul((pair[0] ?? 0) * 31 + (pair[1] ?? 0) + seed, 2_654_435_761) >>> 0) % (farthest + 1);
    },
  } satisfies HeightSetting;
}

test("the computed decision of an undisturbed height is the one that its messages lead to", () => {
  let computed = 0;
  fc.assert(
    fc.property(heights, (given) => {
      const setting = settingOf(given);
      const participants = given.joined.flatMap((joined, index) =>
        joined === undefined ? [] : [{ validator: accountOf(index), joined }],
      );
      const decision = undisturbedDecision(setting, participants);
      const height = new Height(setting);
      for (const { validator, joined } of participants) {
        height.join(validator, joined);
      }
      const simulated = height.run(100_000_000);
      if (decision !== undefined) {
        computed += 1;
        expect(simulated).toMatchObject({
          time: decision.time,
          round: 0,
          proposer: decision.proposer,
          proposedAt: decision.proposedAt,
        });
      }
      expect(simulated === undefined).toBe(participants.length < quorumOf(given.size));
    }),
    { numRuns: 500 },
  );
  expect(computed).toBeGreaterThan(100);
});

test("a validator that is behind in rounds follows a quorum of round changes, and not the mere majority", () => {
  const setting = { ...settingOf({ size: 4, parent: 3, seed: 0, farthest: 0 }), delay: () => 10 };
  const height = new Height(setting);
  // Two of four have been without the others for 40 seconds: rounds 0 to 3 have lasted 4 + 8 + 16 s, and round 3 lasts.
  height.join(accountOf(0), 2_000);
  height.join(accountOf(1), 2_000);
  expect(height.run(42_000)).toBeUndefined();
  expect(height.roundOf(accountOf(0))).toBe(3);
  height.join(accountOf(2), 42_000);
  height.join(accountOf(3), 42_000);
  // The late ones reach round 4 after 4 + 8 + 16 + 32 = 60 seconds; the early ones have been in it since 62 s.
  expect(height.run(1_000_000)).toMatchObject({ round: 4, proposedAt: 102_010 });
});
