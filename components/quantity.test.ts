import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isAtLeast, isWhole, parseQuantity, type Quantity, quantityValue } from "./quantity";

const parsed = (text: string) => parseQuantity(text) as Quantity;
const sameAs = (one: string, other: string) =>
  isAtLeast(parsed(one), parsed(other)) && isAtLeast(parsed(other), parsed(one));

describe("a quantity of Kubernetes", () => {
  it("is what the reference calls the same amount", () => {
    // https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/#meaning-of-memory
    expect(quantityValue("128974848")).toBe(128_974_848);
    for (const same of ["128974848000m", "0.128974848G", "128974.848k", "123Mi", "+123Mi", "125952Ki"]) {
      expect(sameAs(same, "128974848"), same).toBe(true);
    }
    expect(sameAs("129e6", "129M")).toBe(true);
    expect(sameAs("129E6", "129M")).toBe(true);
    expect(sameAs("1E", "1e18")).toBe(true);
    expect(quantityValue("0.5")).toBe(0.5);
    expect(quantityValue(".5")).toBe(0.5);
    expect(quantityValue("5.")).toBe(5);
    expect(quantityValue("250000000n")).toBe(0.25);
    expect(quantityValue("-1.5Gi")).toBe(-1_610_612_736);
  });

  it("is not anything else", () => {
    for (const text of [
      "",
      ".",
      "Gi",
      "1x",
      "1 Gi",
      "1gi",
      "1GI",
      "1K",
      "1mi",
      "0x10",
      "1e",
      "1e1.5",
      "1Gim",
      "1,5",
      "∞",
    ]) {
      expect(parseQuantity(text), text).toBeUndefined();
    }
  });

  it("is exact, however large: the amount in a smaller unit is the same amount", () => {
    const units = [
      ["Ki", "", 1024n],
      ["Ei", "Pi", 1024n],
      ["k", "", 1000n],
      ["", "m", 1000n],
      ["m", "u", 1000n],
      ["E", "P", 1000n],
    ] as const;
    fc.assert(
      fc.property(
        fc.bigInt(-(10n ** 30n), 10n ** 30n),
        fc.constantFrom(...units),
        (amount, [large, small, factor]) => {
          expect(sameAs(`${amount}${large}`, `${amount * factor}${small}`)).toBe(true);
          expect(isAtLeast(parsed(`${amount}${large}`), parsed(`${amount + 1n}${large}`))).toBe(false);
        },
      ),
    );
  });

  it("is whole exactly if its digits after the point are zeros", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(999), (whole, fraction) => {
        expect(isWhole(parsed(`${whole}.${String(fraction).padStart(3, "0")}`))).toBe(fraction === 0);
        expect(isWhole(parsed(`${whole}${String(fraction).padStart(3, "0")}m`))).toBe(fraction === 0);
      }),
    );
  });

  it("is never an exception", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseQuantity(text)));
    fc.assert(
      fc.property(
        fc.stringMatching(/^[+-]?[0-9.]*[eEinumkKMGTP]*[-+]?[0-9]*$/),
        (text) => void parseQuantity(text),
      ),
    );
  });
});
