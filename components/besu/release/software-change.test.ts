import { describe, expect, it } from "vitest";
import type { ChainParameters } from "../genesis/genesis";
import type { Release, Software } from "./release";
import { softwareRefusals } from "./software-change";

const chain = { chainId: 138, blockPeriodSeconds: 2, requestTimeoutSeconds: 4 } as ChainParameters;
const plain = (release: Release): Software => ({ release, legacyEncoding: false });
const legacy = (release: Release): Software => ({ release, legacyEncoding: true });
const codes = (...args: Parameters<typeof softwareRefusals>) =>
  softwareRefusals(...args).map(({ code }) => code);

describe("the software of a new chain", () => {
  it("must have no known fault", () => {
    expect(codes(undefined, plain("25.10.0"), chain)).toEqual(["BESU_RELEASE_FAULTY"]);
    expect(codes(undefined, plain("26.1.0"), chain)).toEqual(["BESU_RELEASE_FAULTY", "BESU_RELEASE_FAULTY"]);
    expect(codes(undefined, plain("26.7.0"), chain)).toEqual(["BESU_RELEASE_FAULTY", "BESU_RELEASE_FAULTY"]);
    expect(codes(undefined, plain("25.9.0"), chain)).toEqual([]);
    expect(codes(undefined, plain("26.8.1"), chain)).toEqual([]);
    expect(codes(undefined, plain("26.9.0"), chain)).toEqual([]);
  });

  it("may choose transactions for five seconds where the block period leaves the time", () => {
    expect(codes(undefined, plain("25.10.0"), { ...chain, blockPeriodSeconds: 6 })).toEqual([
      "BESU_RELEASE_FAULTY",
    ]);
    expect(codes(undefined, plain("25.10.0"), { ...chain, blockPeriodSeconds: 7 })).toEqual([]);
  });
});

describe("the software of a running chain", () => {
  it("may stay what it is, whatever its faults", () => {
    expect(codes(plain("25.10.0"), plain("25.10.0"), chain)).toEqual([]);
  });

  it("may change to a release that the validators understand and that has no known fault", () => {
    expect(codes(plain("26.8.1"), plain("26.9.0"), chain)).toEqual([]);
    expect(codes(plain("25.10.0"), legacy("26.9.0"), chain)).toEqual([]);
    expect(codes(legacy("26.9.0"), plain("26.9.0"), chain)).toEqual([]);
    expect(codes(plain("26.9.0"), plain("26.8.0"), chain)).toEqual(["BESU_RELEASE_FAULTY"]);
  });

  it("does not change across a break of the message format, and the refusal names the steps", () => {
    const [refusal, ...others] = softwareRefusals(plain("25.10.0"), plain("26.9.0"), chain);
    expect(others).toEqual([]);
    expect(refusal?.message).toBe(
      "BESU_UPDATE_REFUSED: The validators run Besu 25.10.0, and those that are updated to Besu 26.9.0 would not " +
        "understand the others: the chain would stop. No validator was changed.\n" +
        "Update in steps. Let each step finish on all validators before the next:\n" +
        "  1. Besu 26.9.0, with the option Xbft-legacy-protocol-encoding set to true\n" +
        "  2. Besu 26.9.0, without the option Xbft-legacy-protocol-encoding\n" +
        'The runbook (docs/runbook.md, "A new Besu release") explains each step.',
    );
  });
});
