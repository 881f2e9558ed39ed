import fc from "fast-check";
import { bytesToHex, concat, type Hex, padHex } from "viem";
import { describe, expect, it } from "vitest";
import { callGasBound, creationGasBound, leastCreationGas, withMargin } from "./gas";

const MOST = 49_152;
const data = fc
  .tuple(fc.nat({ max: MOST }), fc.uint8Array({ maxLength: 64 }))
  .map(([zeros, rest]): Hex => concat([padHex("0x", { size: zeros }), bytesToHex(rest)]));
const nonZero = (count: number): Hex => `0x${"ff".repeat(count)}`;
/** EIP-7623: 21,000 and 10 gas a token; a zero byte is one token, any other byte is four. */
const floor = (bytes: number) => 21_000n + 40n * BigInt(bytes);

describe("the gas for transactions that a node cannot estimate", () => {
  it("is never less than EIP-7623 asks for large data", () => {
    expect(creationGasBound(nonZero(MOST), 0, 10n ** 9n)).toBeGreaterThanOrEqual(floor(MOST));
    expect(callGasBound(nonZero(120_000))).toBeGreaterThanOrEqual(floor(120_000));
  });

  it("is no more than a block holds, unless the creation needs more in any case", () => {
    fc.assert(
      fc.property(
        data,
        fc.nat({ max: 24_576 }),
        fc.bigInt(1_000_000n, 40_000_000n),
        (init, runtime, limit) => {
          const least = leastCreationGas(init, runtime);
          const bound = creationGasBound(init, runtime, limit);
          expect(bound).toBeGreaterThanOrEqual(least);
          if (least <= limit && floor((init.length - 2) / 2) <= limit) {
            expect(bound).toBeLessThanOrEqual(limit);
          }
        },
      ),
    );
  });
});

describe("the margin over an estimate", () => {
  it("stays within a block and within EIP-7825, for estimates that are within them", () => {
    expect(withMargin(100n, 1000n)).toBe(120n);
    expect(withMargin(29_000_000n, 30_000_000n)).toBe(30_000_000n);
    expect(withMargin(16_000_000n, 30_000_000n)).toBe(16_777_216n);
    expect(withMargin(31_000_000n, 30_000_000n)).toBe(37_200_000n);
  });
});
