/*
 * The quorum of QBFT: at least two thirds of the validators must sign a block.
 * https://besu.hyperledger.org/private-networks/how-to/configure/consensus/qbft
 */

/** The number of validators that must sign a block: ceil(2N/3). */
export function quorum(validators: number): number {
  return Math.ceil((2 * validators) / 3);
}

/** The number of validators that may be down while the chain still makes blocks: N − ceil(2N/3). */
export function crashTolerance(validators: number): number {
  return validators - quorum(validators);
}

/** QBFT needs at least four validators to be Byzantine fault tolerant. */
export const FEWEST_VALIDATORS = 4;

/** The largest number of QBFT validators in a published test. */
export const MOST_TESTED_VALIDATORS = 30;
