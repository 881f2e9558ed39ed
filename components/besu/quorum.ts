/**
 * QBFT's arithmetic, https://besu.hyperledger.org/private-networks/how-to/configure/consensus/qbft:
 * a block needs more than two thirds of the validators.
 */

/** How many of `validators` must sign a block: ceil(2N/3). */
export function quorum(validators: number): number {
  return Math.ceil((2 * validators) / 3);
}

/** How many validators may be down at once while blocks are still made: N − ceil(2N/3). */
export function crashTolerance(validators: number): number {
  return validators - quorum(validators);
}

/** QBFT is Byzantine fault tolerant from four validators on. */
export const FEWEST_VALIDATORS = 4;

/** No published test goes beyond this number of QBFT validators. */
export const MOST_TESTED_VALIDATORS = 30;
