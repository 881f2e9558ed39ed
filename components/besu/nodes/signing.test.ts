import fc from "fast-check";
import { type Address, pad, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { signingOf } from "./signing";

const accountOf = (index: number): Address => pad(toHex(index + 1), { size: 20 });
const observed = (validators: number, head: number, last: number | undefined) => ({
  head: { number: head, hash: pad("0x1"), timestampSeconds: 0 },
  validators: Array.from({ length: validators }, (_, index) => accountOf(index)),
  lastProposed: new Map(last === undefined ? [] : [[accountOf(0), last]]),
});

describe("a validator", () => {
  it("signs if it has proposed one of the last 2N blocks, however young the chain is", () => {
    expect(signingOf(observed(4, 100, 93), accountOf(0))).toBe("signs");
    expect(signingOf(observed(4, 100, 92), accountOf(0))).toBe("silent");
    expect(signingOf(observed(4, 3, 1), accountOf(0))).toBe("signs");
  });

  it("is neither said to sign nor to be silent before the chain has 2N blocks", () => {
    expect(signingOf(observed(4, 7, undefined), accountOf(0))).toBe("unseen");
    expect(signingOf(observed(4, 8, undefined), accountOf(0))).toBe("silent");
  });

  it("that proposes by turns is never silent", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 100 }), fc.nat(10_000), fc.nat(99), (validators, head, turn) => {
        const ofTurn = turn % validators;
        const last = head < ofTurn ? undefined : head - ((head - ofTurn) % validators);
        expect(signingOf(observed(validators, head, last || undefined), accountOf(0))).not.toBe("silent");
      }),
    );
  });

  it("is found whatever the case of its address", () => {
    const address = accountOf(9);
    const observation = { ...observed(4, 100, undefined), lastProposed: new Map([[address, 99]]) };
    expect(signingOf(observation, address.toUpperCase().replace("0X", "0x") as Address)).toBe("signs");
  });
});
