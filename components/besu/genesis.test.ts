import { readFileSync } from "node:fs";
import fc from "fast-check";
import { type Address, fromRlp, type Hex, numberToHex } from "viem";
import { describe, expect, it } from "vitest";
import { type ChainParameters, genesisFile, genesisHash, qbftExtraData } from "./genesis";

const { vectors } = JSON.parse(readFileSync("test/vectors/qbft-extradata.json", "utf8")) as {
  vectors: { validators: Address[]; extraData: Hex }[];
};

const chain: ChainParameters = {
  chainId: 138,
  blockPeriodSeconds: 2,
  requestTimeoutSeconds: 4,
  epochLength: 30_000,
  gasLimit: 30_000_000,
  alloc: {},
};

const address = fc
  .bigInt({ min: 1n, max: 2n ** 160n - 1n })
  .map((value) => numberToHex(value, { size: 20 }) as Address);

describe("extraData", () => {
  for (const { validators, extraData } of vectors) {
    it(`equals the published vector of ${validators.length} validators in any order`, () => {
      expect(qbftExtraData(validators)).toBe(extraData);
      fc.assert(
        fc.property(fc.shuffledSubarray(validators, { minLength: validators.length }), (shuffled) => {
          expect(qbftExtraData(shuffled)).toBe(extraData);
        }),
        { numRuns: 20 },
      );
    });
  }

  it("does not depend on the case of the addresses", () => {
    const { validators, extraData } = vectors[1] as (typeof vectors)[number];
    expect(
      qbftExtraData(validators.map((validator) => `0x${validator.slice(2).toUpperCase()}` as Address)),
    ).toBe(extraData);
  });

  it("lists exactly the validators in ascending order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(address, { minLength: 1, maxLength: 60 }), (validators) => {
        const [vanity, listed, votes, round, seals] = fromRlp(qbftExtraData(validators)) as Hex[];
        expect(vanity).toBe(`0x${"00".repeat(32)}`);
        expect(listed).toEqual([...validators].sort());
        expect([votes, round, seals]).toEqual([[], "0x", []]);
      }),
    );
  });
});

describe("genesis hash", () => {
  const validators = (vectors[1] as (typeof vectors)[number]).validators;

  it("does not depend on the order of validators or accounts", async () => {
    const alloc = { [validators[0] as Address]: "1", [validators[1] as Address]: "25000000000000000000" };
    const reversedAlloc = Object.fromEntries(Object.entries(alloc).reverse());
    const hash = await genesisHash(genesisFile({ ...chain, alloc }, validators));
    const reversed = genesisFile({ ...chain, alloc: reversedAlloc }, [...validators].reverse());
    expect(await genesisHash(reversed)).toBe(hash);
    expect(hash).toMatch(/^0x[0-9a-f]{64}$/);
  });

  it("changes with the validators, the gas limit and the balances", async () => {
    const hashes = await Promise.all(
      [
        genesisFile(chain, validators),
        genesisFile(chain, validators.slice(1)),
        genesisFile({ ...chain, gasLimit: 1 }, validators),
        genesisFile({ ...chain, alloc: { [validators[0] as Address]: "1" } }, validators),
        genesisFile({ ...chain, alloc: { [validators[0] as Address]: "2" } }, validators),
      ].map(genesisHash),
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it("is the same for equal files of a chain without initial balances", async () => {
    const file = genesisFile(chain, validators);
    expect(file.config).toMatchObject({
      chainId: 138,
      qbft: { blockperiodseconds: 2, requesttimeoutseconds: 4 },
    });
    expect(await genesisHash(file)).toBe(await genesisHash(structuredClone(file)));
  });
});
