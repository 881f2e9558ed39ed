import { readFileSync } from "node:fs";
import fc from "fast-check";
import { type Address, fromRlp, type Hex, numberToHex } from "viem";
import { describe, expect, it } from "vitest";
import { DETERMINISTIC_DEPLOYER, DETERMINISTIC_DEPLOYER_CODE } from "../../deterministic-deployer";
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
  deterministicDeployer: false,
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

  // The expected hashes are those of go-ethereum 1.16.9 (core.Genesis.ToBlock) for the files that genesisFile renders.
  it.each<[string, Partial<ChainParameters>, Hex]>([
    [
      "without accounts",
      { deterministicDeployer: false },
      "0xf71bc828597d0b1da845548e7ef9edf61788065a6ec4d7749f1030aea5d1ebb6",
    ],
    [
      "with the deterministic deployer",
      { deterministicDeployer: true },
      "0xc6a7515d3e5714044ad745fa93b7f1b6181bcd04a81092aab5fac9653b326ebb",
    ],
    [
      "with a deployer and an account that own ether",
      {
        deterministicDeployer: true,
        alloc: {
          "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266": "1000000000000000000000",
          "0x4e59b44847b379578588920cA78FbF26c0B4956C": "7",
        },
      },
      "0xae8662fdd89253f774aa2d37289769074d9b20848a4a5c39b9eeb4e3b559920e",
    ],
  ])("of a chain %s equals that of another client", async (_, parameters, hash) => {
    expect(await genesisHash(genesisFile({ ...chain, ...parameters }, validators))).toBe(hash);
  });
});

describe("the deterministic deployer in the genesis", () => {
  const accounts = (parameters: Partial<ChainParameters>) =>
    genesisFile({ ...chain, ...parameters }, []).alloc;

  it("is a contract as its transaction would leave it, beside the accounts that own ether", () => {
    const owner = "0x00000000000000000000000000000000000000Aa";
    expect(accounts({ deterministicDeployer: true, alloc: { [owner]: "1" } })).toEqual({
      [owner.toLowerCase()]: { balance: "0x1" },
      [DETERMINISTIC_DEPLOYER]: { balance: "0x0", nonce: "0x1", code: DETERMINISTIC_DEPLOYER_CODE },
    });
  });

  it("is left out if the config says so", () => {
    expect(accounts({ deterministicDeployer: false })).toEqual({});
  });
});
