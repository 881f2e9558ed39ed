import fc from "fast-check";
import { type Address, numberToHex } from "viem";
import { describe, expect, it } from "vitest";
import { type ChainParameters, genesisFile, genesisHash, qbftExtraData } from "./genesis";
import { VALIDATOR_CONTRACT, validatorStorage, validatorsInStorage } from "./validator-contract";
import { VALIDATOR_CONTRACT_CODE } from "./validator-contract-code";

const address = fc
  .bigInt({ min: 1n, max: 2n ** 160n - 1n })
  .map((value) => numberToHex(value, { size: 20 }) as Address);

const chain: ChainParameters = {
  chainId: 138,
  blockPeriodSeconds: 2,
  requestTimeoutSeconds: 4,
  epochLength: 30_000,
  gasLimit: 30_000_000,
  alloc: {},
  deterministicDeployer: false,
};
const byContract: ChainParameters = { ...chain, validatorSelection: "contract" };

describe("the storage of the contract that selects validators", () => {
  it("has them ascending, whatever their order and case", () => {
    fc.assert(
      fc.property(fc.uniqueArray(address, { minLength: 1, maxLength: 60 }), (validators) => {
        const storage = validatorStorage(validators);
        expect(validatorsInStorage(storage)).toEqual(validators.toSorted());
        expect(validatorStorage(validators.toReversed().map(upperCase))).toEqual(storage);
        expect(Object.keys(storage)).toHaveLength(validators.length + 1);
      }),
    );
  });

  it("is refused where an element is missing", () => {
    const [length] = Object.entries(validatorStorage(["0x0000000000000000000000000000000000000001"]));
    expect(() => validatorsInStorage(Object.fromEntries([length ?? []]))).toThrow(RangeError);
  });
});

describe("the genesis file of a chain whose validators a contract selects", () => {
  const validators = [3, 1, 4, 2].map((number) => numberToHex(number, { size: 20 }));

  it("names the contract, and no validator in the extra data", () => {
    const { config, extraData, alloc } = genesisFile(byContract, validators);
    expect(config.qbft).toEqual({
      blockperiodseconds: 2,
      epochlength: 30_000,
      requesttimeoutseconds: 4,
      validatorcontractaddress: VALIDATOR_CONTRACT,
    });
    // The extra data of the example in ConsenSys/validator-smart-contracts, demoSetup/qbftNode1/besu_genesis.json.
    expect(extraData).toBe(`0xe5a0${"00".repeat(32)}c0c080c0`);
    expect(alloc).toEqual({
      [VALIDATOR_CONTRACT]: {
        balance: "0x0",
        nonce: "0x1",
        code: VALIDATOR_CONTRACT_CODE,
        storage: validatorStorage(validators),
      },
    });
  });

  it("has another hash for each set of validators", async () => {
    const hash = await genesisHash(genesisFile(byContract, validators));
    expect(await genesisHash(genesisFile(byContract, validators.toReversed()))).toBe(hash);
    expect(await genesisHash(genesisFile(byContract, validators.slice(1)))).not.toBe(hash);
    expect(await genesisHash(genesisFile(chain, validators))).not.toBe(hash);
  });

  it("is as before where blocks carry the votes", () => {
    expect(genesisFile({ ...chain, validatorSelection: "blockheader" }, validators)).toEqual(
      genesisFile(chain, validators),
    );
    expect(genesisFile(chain, validators).extraData).toBe(qbftExtraData(validators));
  });
});

function upperCase(one: Address): Address {
  return `0x${one.slice(2).toUpperCase()}`;
}
