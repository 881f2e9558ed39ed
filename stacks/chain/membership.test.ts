import { type Address, pad, toHex } from "viem";
import { expect, test } from "vitest";
import { membershipText } from "./membership";

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
