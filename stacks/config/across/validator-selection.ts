import { VALIDATOR_CONTRACT, voteGas } from "../../../components/besu/genesis/validator-contract";
import type { Finding } from "../../../components/finding";
import { fieldsOf, outlineRegions } from "../outline";

/**
 * Checks what `network.validatorSelection: contract` requires of the rest of the config. Works on the unchecked config, so that these
 * findings are reported together with those of the schema; a value that the schema refuses is ignored here.
 */
export function acrossValidatorSelection({
  network,
  besu,
  regions,
}: Readonly<Record<string, unknown>>): Finding[] {
  const fields = fieldsOf(network);
  return fields.validatorSelection === "contract"
    ? [
        ...keysOutOfReach(regions, fieldsOf(besu).keyStore),
        ...tooLittleGas(regions, fields.gasLimit),
        ...takenAccount(fields.alloc),
      ]
    : [];
}

/** A vote is a transaction that a run signs with the validator's key, which it reads in the validator's cluster. */
function keysOutOfReach(regions: unknown, ofNetwork: unknown): Finding[] {
  return outlineRegions(regions)
    .flatMap(({ cloud, keyStore, validators = 0 }, index) => {
      const store = keyStore ?? (ofNetwork === "cloud" && cloud !== "kubernetes" ? ofNetwork : "kubernetes");
      return store === "kubernetes" || validators === 0
        ? []
        : [
            {
              key: keyStore === undefined ? "besu.keyStore" : `regions[${index}].keyStore`,
              problem: `is "${store}", but network.validatorSelection is "contract": the votes are transactions that a run signs with the validators' keys, and it reads them in Secrets of the clusters alone; set it to "kubernetes", or network.validatorSelection to "blockheader"`,
            },
          ];
    })
    .filter(({ key }, place, all) => all.findIndex((other) => other.key === key) === place);
}

/** A transaction that wants more gas than a block has is refused. */
function tooLittleGas(regions: unknown, gasLimit: unknown): Finding[] {
  const validators = outlineRegions(regions).reduce((sum, { validators: count = 0 }) => sum + count, 0);
  const needed = voteGas(validators);
  return typeof gasLimit === "number" && gasLimit < needed
    ? [
        {
          key: "network.gasLimit",
          problem: `is ${gasLimit}; with network.validatorSelection: contract and ${validators} validators, it must be at least ${needed}, so that a vote fits into a block`,
        },
      ]
    : [];
}

function takenAccount(alloc: unknown): Finding[] {
  return Object.keys(fieldsOf(alloc))
    .filter((address) => address.toLowerCase() === VALIDATOR_CONTRACT)
    .map((address) => ({
      key: `network.alloc.${address}`,
      problem:
        "is the account of the contract that selects the validators (network.validatorSelection: contract), which has no way to send ether on, so that the ether would be lost",
    }));
}
