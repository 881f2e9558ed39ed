import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Release, Software } from "./release";
import { hasLegacyEncoding, understandEachOther, updateSteps } from "./wire-format";

const release = fc.constantFrom<Release>(
  "24.12.0",
  "25.10.0",
  "25.12.0",
  "26.1.0",
  "26.5.0",
  "26.6.0",
  "26.8.1",
  "26.9.0",
  "27.1.0",
);
const software = fc
  .tuple(release, fc.boolean())
  .map(([of, wanted]): Software => ({ release: of, legacyEncoding: wanted && hasLegacyEncoding(of) }));

const plain = (of: Release): Software => ({ release: of, legacyEncoding: false });
const legacy = (of: Release): Software => ({ release: of, legacyEncoding: true });

describe("validators of two releases", () => {
  it("do not understand each other across 26.1.0, unless the newer one sends the older format", () => {
    expect(understandEachOther(plain("25.12.0"), plain("26.1.0"))).toBe(false);
    expect(understandEachOther(plain("25.12.0"), plain("26.9.0"))).toBe(false);
    expect(understandEachOther(plain("25.12.0"), legacy("26.9.0"))).toBe(true);
    expect(understandEachOther(plain("26.5.0"), legacy("26.6.0"))).toBe(false);
    expect(understandEachOther(plain("26.1.0"), plain("26.9.0"))).toBe(true);
  });

  it("understand each other in both directions or not at all, and always their own kind", () => {
    fc.assert(
      fc.property(software, software, (one, other) => {
        expect(understandEachOther(one, other)).toBe(understandEachOther(other, one));
        expect(understandEachOther(one, one)).toBe(true);
      }),
    );
  });
});

describe("the steps of an update", () => {
  it("are two from 25.x to a release that reads both formats", () => {
    expect(updateSteps(plain("25.10.0"), plain("26.9.0"))).toEqual([legacy("26.9.0"), plain("26.9.0")]);
  });

  it("pass through a release that reads both formats where neither end does", () => {
    expect(updateSteps(plain("25.10.0"), plain("26.5.0"))).toEqual([
      legacy("26.9.0"),
      plain("26.9.0"),
      plain("26.5.0"),
    ]);
  });

  it("lead back the way they came", () => {
    expect(updateSteps(plain("26.9.0"), plain("25.10.0"))).toEqual([legacy("26.9.0"), plain("25.10.0")]);
  });

  it("are one where both understand each other", () => {
    expect(updateSteps(plain("26.8.1"), plain("26.9.0"))).toEqual([plain("26.9.0")]);
    expect(updateSteps(plain("26.9.0"), plain("26.9.0"))).toEqual([plain("26.9.0")]);
  });

  it("end at the goal, and never mix validators that do not understand each other", () => {
    fc.assert(
      fc.property(software, software, (from, to) => {
        const steps = updateSteps(from, to);
        expect(steps.at(-1)).toEqual(to);
        steps.forEach((step, index) => {
          expect(understandEachOther(steps[index - 1] ?? from, step)).toBe(true);
        });
      }),
    );
  });
});
