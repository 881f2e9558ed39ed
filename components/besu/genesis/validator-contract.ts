import { type Address, type Hex, hexToBigInt, keccak256, numberToHex, pad, parseAbi } from "viem";

/** Where Besu finds the validators of the next block: votes in the headers of blocks, or a contract in the state of the head. */
export type ValidatorSelection = "blockheader" | "contract";

/**
 * The address of `contracts/src/network/ValidatorSelection.sol` on a chain whose validators a contract selects; that of the example in
 * https://besu.hyperledger.org/private-networks/how-to/configure/consensus/qbft#contract-validator-selection.
 */
export const VALIDATOR_CONTRACT: Address = "0x0000000000000000000000000000000000007777";

/** The functions of the contract that this program calls. */
export const VALIDATOR_CONTRACT_ABI = parseAbi([
  "struct Proposal { address subject; bool add; address[] voters; }",
  "function getValidators() view returns (address[])",
  "function getProposals() view returns (Proposal[])",
  "function propose(address subject, bool add)",
  "function withdraw(address subject)",
]);

/**
 * The most gas that a vote needs. The vote that changes the validators moves their list by one, and each vote reads those before it;
 * a test of the contract measures it for 100 validators.
 *
 * @param validators of the chain.
 */
export function voteGas(validators: number): number {
  return 500_000 + 20_000 * validators;
}

/** A contract's storage in the genesis file: values by slot, both of 32 bytes. */
export type Storage = Readonly<Record<Hex, Hex>>;

/**
 * The storage that the contract's constructor writes: an array in slot 0, ascending. The number of changes and both mappings are zero.
 * https://docs.soliditylang.org/en/latest/internals/layout_in_storage.html#mappings-and-dynamic-arrays
 *
 * @param validators in any order.
 */
export function validatorStorage(validators: readonly Address[]): Storage {
  const ascending = validators.map((address) => address.toLowerCase() as Address).sort();
  return Object.fromEntries([
    [LENGTH_SLOT, numberToHex(ascending.length, { size: 32 })],
    ...ascending.map((address, index) => [elementSlot(index), pad(address, { size: 32 })]),
  ]);
}

/**
 * The validators in a storage that {@link validatorStorage} has made, ascending.
 *
 * @throws RangeError if an element of the array is missing.
 */
export function validatorsInStorage(storage: Storage): Address[] {
  const length = Number(storage[LENGTH_SLOT] ?? 0n);
  return Array.from({ length }, (_, index) => {
    const word = storage[elementSlot(index)];
    if (word === undefined) {
      throw new RangeError(
        `validator ${index} of ${length} is missing in the storage of ${VALIDATOR_CONTRACT}`,
      );
    }
    return `0x${word.slice(-40).toLowerCase()}` as const;
  });
}

const LENGTH_SLOT: Hex = pad("0x", { size: 32 });

function elementSlot(index: number): Hex {
  return numberToHex(hexToBigInt(keccak256(LENGTH_SLOT)) + BigInt(index), { size: 32 });
}
