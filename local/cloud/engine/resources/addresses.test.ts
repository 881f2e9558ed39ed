import fc from "fast-check";
import { expect, test } from "vitest";
import { contains, isAddress, overlap, parseRange } from "./addresses";

const range = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, length]) => {
    const size = 2 ** (32 - length);
    const first = Math.floor(address / size) * size;
    const octets = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
    return { cidr: `${octets.join(".")}/${length}`, first, last: first + size - 1 };
  });

test("two ranges overlap if they share an address, and one contains the other if it has all of the other's addresses", () => {
  fc.assert(
    fc.property(range, range, (a, b) => {
      expect(overlap(a.cidr, b.cidr)).toBe(a.first <= b.last && b.first <= a.last);
      expect(contains(a.cidr, b.cidr)).toBe(a.first <= b.first && b.last <= a.last);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["10.0.0.0/8", true],
  ["10.0.0.1/8", false],
  ["10.0.0.0/33", false],
  ["10.0.0/24", false],
  ["10.0.0.0", false],
  ["300.0.0.0/8", false],
  ["", false],
])("%s is a CIDR range: %s", (cidr, isRange) => {
  expect(parseRange(cidr) !== undefined).toBe(isRange);
});

test("an address has no prefix length", () => {
  expect(isAddress("10.0.0.1")).toBe(true);
  expect(isAddress("10.0.0.1/32")).toBe(false);
});
