import type { ChainParameters } from "../genesis/genesis";
import { isBefore, type Release } from "./release";

/** A fault of some releases on chains like the program's: QBFT with the Shanghai fork, and free gas. */
export interface ReleaseFault {
  /** The first release that has the fault. */
  readonly since: Release;
  /** The first later release without the fault. */
  readonly fixedIn: Release;
  /** What happens, as the end of a sentence about the release. */
  readonly effect: string;
  /** The public report. */
  readonly source: string;
  /** Whether the fault affects the chain. */
  readonly affects: (chain: ChainParameters) => boolean;
}

/** Besu's default for the time in which a proof-of-stake proposer may choose transactions. */
const POS_SELECTION_SECONDS = 5;

/**
 * Besu's default for the part of the block period in which a proof-of-authority proposer may choose transactions:
 * https://docs.besu-eth.org/private-networks/reference/cli/options#poa-block-txs-selection-max-time
 */
const POA_SELECTION_SHARE = 0.75;

const RELEASE_FAULTS: readonly ReleaseFault[] = [
  {
    // No option helps: Besu takes the time for proof of stake, ignores --poa-block-txs-selection-max-time, and does not
    // start with --block-txs-selection-max-time unless the genesis has a terminal total difficulty (MiningOptions.java).
    since: "25.10.0",
    fixedIn: "26.8.1",
    effect: `lets a proposer choose transactions for ${POS_SELECTION_SECONDS} seconds whatever the block period is, so that blocks come late and rounds change under load`,
    source: "https://github.com/besu-eth/besu/issues/11005",
    affects: ({ blockPeriodSeconds }) => blockPeriodSeconds * POA_SELECTION_SHARE < POS_SELECTION_SECONDS,
  },
  {
    since: "26.1.0",
    fixedIn: "26.2.0",
    effect: "expects withdrawals in the blocks of a QBFT chain with the Shanghai fork, which have none",
    source: "https://github.com/besu-eth/besu/pull/9830",
    affects: () => true,
  },
  {
    since: "26.4.0",
    fixedIn: "26.7.1",
    effect: "leaves the transactions of accounts without ether out of all blocks, although gas is free",
    source: "https://github.com/besu-eth/besu/pull/10751",
    affects: () => true,
  },
];

/** The known faults of a release that affect the chain. */
export function faultsOf(release: Release, chain: ChainParameters): readonly ReleaseFault[] {
  return RELEASE_FAULTS.filter(
    ({ since, fixedIn, affects }) =>
      !isBefore(release, since) && isBefore(release, fixedIn) && affects(chain),
  );
}
