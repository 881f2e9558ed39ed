import { type Address, pad, toHex } from "viem";
import { describe, expect, it, test } from "vitest";
import { type DeletionCircumstances, isDeletionSafe, membershipText } from "./membership";

const accountOf = (index: number): Address => pad(toHex(index + 1), { size: 20 });
const validators = Array.from({ length: 4 }, (_, index) => ({
  name: `eu-validator-${index}`,
  address: accountOf(index),
}));

test("a preview names who would be voted in and out, also those whose keys are not made yet", () => {
  const wanted = [...validators.slice(1), { name: "us-validator-0", address: undefined }];
  expect(membershipText(validators, wanted)).toBe(
    "will vote in: us-validator-0; then out: eu-validator-0. The chain has 4 validators, and 4 then. New ones have all blocks " +
      "before they are voted in, and removed ones are deleted after they are voted out.",
  );
  expect(membershipText(validators, validators)).toBeUndefined();
});

describe("what the config no longer has", () => {
  const [a, b, c, d, gone] = [0, 1, 2, 3, 4].map(accountOf) as [Address, Address, Address, Address, Address];
  const circumstances = (changed: Partial<DeletionCircumstances> = {}): DeletionCircumstances => ({
    change: { made: 2, wanted: 2, chainValidators: [a, b, c, d] },
    configured: [d, c, b, a],
    chainNow: async () => undefined,
    ...changed,
  });
  /** A region has failed, and the change depends on all regions. */
  const leftOut = { made: undefined, wanted: 2, chainValidators: [] };

  it("may be deleted once the chain's validators are those of the config", async () => {
    expect(await isDeletionSafe(circumstances())).toBe(true);
    expect(await isDeletionSafe(circumstances({ configured: [a, b, c] }))).toBe(false);
  });

  it("may not be deleted if a change was asked for and not made, unless the chain has no validator that goes", async () => {
    const change = { made: 1, wanted: 2, chainValidators: [a, b, c, d, gone] };
    expect(await isDeletionSafe(circumstances({ change }))).toBe(false);
    const chainNow = async () => [a, b, c, d, gone];
    expect(await isDeletionSafe(circumstances({ change, chainNow }))).toBe(false);
    expect(await isDeletionSafe(circumstances({ change, chainNow: async () => [a, b, c, d] }))).toBe(true);
  });

  it("may be deleted if a run fails elsewhere and the chain has no validator that the config lacks", async () => {
    const chainNow = async () => [a, b, c];
    expect(await isDeletionSafe(circumstances({ change: leftOut, chainNow }))).toBe(true);
    // A validator whose key was not made, or is not known, may be one of the chain's.
    expect(await isDeletionSafe(circumstances({ change: leftOut, chainNow, configured: [a, b] }))).toBe(
      false,
    );
    expect(await isDeletionSafe(circumstances({ change: leftOut }))).toBe(false);
  });

  it("is nothing in a state that was just recovered, whose frame a run makes before the nodes can be reached", async () => {
    const change = { made: undefined, wanted: undefined, chainValidators: [] };
    expect(await isDeletionSafe(circumstances({ change }))).toBe(true);
  });
});
