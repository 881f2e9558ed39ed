import fc from "fast-check";
import { type Address, numberToHex } from "viem";
import { describe, expect, it } from "vitest";
import { DETERMINISTIC_DEPLOYER } from "../../deterministic-deployer";
import { type ChainParameters, genesisFile } from "./genesis";
import { readGenesis } from "./read-genesis";
import { VALIDATOR_CONTRACT } from "./validator-contract";

const address = fc
  .bigInt({ min: 1n, max: 2n ** 160n - 1n })
  .map((value) => numberToHex(value, { size: 20 }) as Address);
const positive = fc.integer({ min: 1, max: 2 ** 31 });
const wei = fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String);

const parameters: fc.Arbitrary<ChainParameters> = fc.record(
  {
    chainId: positive,
    blockPeriodSeconds: positive,
    requestTimeoutSeconds: positive,
    epochLength: positive,
    gasLimit: positive,
    alloc: fc.dictionary(
      fc.oneof(address, fc.constant(DETERMINISTIC_DEPLOYER), fc.constant(VALIDATOR_CONTRACT)),
      wei,
    ),
    deterministicDeployer: fc.boolean(),
    validatorSelection: fc.constant("contract" as const),
  },
  {
    requiredKeys: [
      "chainId",
      "blockPeriodSeconds",
      "requestTimeoutSeconds",
      "epochLength",
      "gasLimit",
      "alloc",
      "deterministicDeployer",
    ],
  },
);

/** The accounts of these contracts are there in any case, so that a config which gives them nothing says nothing. */
function withoutIdleContracts(chain: ChainParameters): ChainParameters {
  const contracts: readonly string[] = [
    ...(chain.deterministicDeployer ? [DETERMINISTIC_DEPLOYER] : []),
    ...(chain.validatorSelection === "contract" ? [VALIDATOR_CONTRACT] : []),
  ];
  const alloc = Object.entries(chain.alloc).filter(
    ([account, balance]) => !(contracts.includes(account) && balance === "0"),
  );
  return { ...chain, alloc: Object.fromEntries(alloc) };
}

describe("reading a genesis file", () => {
  it("gives the parameters and the validators from which the file was made", () => {
    fc.assert(
      fc.property(
        parameters,
        fc.uniqueArray(address, { minLength: 1, maxLength: 50 }),
        (chain, validators) => {
          const read = readGenesis(JSON.stringify(genesisFile(chain, validators)));
          expect(read).toEqual({
            parameters: withoutIdleContracts(chain),
            validators: [...validators].sort(),
          });
        },
      ),
    );
  });

  it("refuses what is no genesis file of a QBFT network", () => {
    const file = genesisFile(
      {
        chainId: 1,
        blockPeriodSeconds: 1,
        requestTimeoutSeconds: 1,
        epochLength: 1,
        gasLimit: 1,
        alloc: {},
        deterministicDeployer: false,
      },
      [],
    );
    for (const text of [
      "",
      "{}",
      JSON.stringify({ ...file, extraData: "0x" }),
      JSON.stringify({ ...file, config: { ...file.config, qbft: undefined } }),
    ]) {
      expect(() => readGenesis(text), text).toThrow();
    }
  });
});
