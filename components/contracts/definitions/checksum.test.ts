import fc from "fast-check";
import { getAddress } from "viem";
import { describe, expect, it } from "vitest";
import { checksumProblem } from "./checksum";

describe("the checksum of an address", () => {
  it("accepts only the mixture of capital and small letters that EIP-55 gives", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9a-f]{40}$/), fc.nat(39), (digits, at) => {
        const right = getAddress(`0x${digits}`);
        const letter = right.charAt(2 + at);
        const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
        const changed = `${right.slice(0, 2 + at)}${other}${right.slice(3 + at)}`;
        const isMixed = /[a-f]/.test(changed.slice(2)) && /[A-F]/.test(changed.slice(2));
        expect(checksumProblem(right)).toBeUndefined();
        expect(checksumProblem(changed)).toBe(
          letter === other || !isMixed
            ? undefined
            : `the checksum is wrong; with the right checksum this address is ${right}`,
        );
      }),
    );
  });

  it("is not required if all letters are small or all are capitals", () => {
    expect(checksumProblem("0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2")).toBeUndefined();
    expect(checksumProblem("0xC02AAA39B223FE8D0A0E5C4F27EAD9083C756CC2")).toBeUndefined();
  });
});
