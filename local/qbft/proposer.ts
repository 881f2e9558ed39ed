import type { Address } from "viem";

/**
 * The validator that proposes in a round: the one after the proposer of the parent block, then the next for each round. If
 * the parent's proposer is a validator no more, the first address above its address comes first.
 *
 * Source: BftProposerSelector.java in https://github.com/hyperledger/besu (3fd224e,
 * consensus/common/src/main/java/org/hyperledger/besu/consensus/common/bft/blockcreation); QBFT sets `changeEachBlock`.
 *
 * @param validators ascending, at least one.
 */
export function proposerOf(validators: readonly Address[], parentProposer: Address, round: number): Address {
  const index = validators.indexOf(parentProposer);
  const first =
    index === -1
      ? Math.max(
          0,
          validators.findIndex((validator) => validator > parentProposer),
        )
      : index + 1;
  return validators[(first + round) % validators.length] as Address;
}

/** The number of validators whose messages are needed: BftHelpers.calculateRequiredValidatorQuorum, ceil(2N/3). */
export function quorumOf(validators: number): number {
  return Math.ceil((2 * validators) / 3);
}
