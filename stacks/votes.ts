import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import type { Chain } from "../components/besu/genesis/genesis-resource";
import type { BesuNetwork } from "../components/besu/network";
import type { UpdateGate } from "../components/besu/update-gate";
import { restartsText } from "../components/besu/votes/restarts";
import {
  lostVotesWarning,
  restartsAtOnce,
  type Votes,
  votesText,
  withoutVoteText,
} from "../components/besu/votes/votes";
import { ChainfleetError } from "../components/error";
import { valueIfKnown } from "../components/known";
import { validatorNames } from "../components/naming";

/** The votes of a network's chain, as far as the config and the genesis block tell. */
export interface NetworkVotes extends Votes {
  /** The validators in the chain's validator set that the config does not have. */
  readonly lost: readonly Address[];
  /** The number of validators with a vote in each region, in the order of the regions. */
  readonly byRegion: readonly number[];
}

/**
 * Compares the chain's validators with those of the config. The chain's validators are those in the genesis block.
 *
 * This is the place at which the chain itself would be asked: a vote changes the validator set, which only its nodes know
 * (`qbft_getValidatorsByBlockNumber`).
 *
 * @returns unknown in the preview of a network that does not exist yet.
 */
export function votesOf(besu: BesuNetwork): pulumi.Output<NetworkVotes> {
  return besu.genesisValidators.apply(async (known) => {
    // A genesis that a run leaves out, because it failed before, has known outputs without values.
    const voters = (known as readonly Address[] | undefined) ?? [];
    const keys = await Promise.all(besu.keys.map((ofRegion) => Promise.all(ofRegion.map(addressOf))));
    const configured = new Set(keys.flat());
    const lost = voters.filter((voter) => !configured.has(voter));
    return {
      total: voters.length,
      present: voters.length - lost.length,
      lost,
      byRegion: keys.map(
        (ofRegion) => ofRegion.filter((key) => key !== undefined && voters.includes(key)).length,
      ),
    };
  });
}

/** A key whose address is unknown while the genesis is known is about to be created, or its creation failed: no vote. */
async function addressOf({ address }: BesuNetwork["keys"][number][number]): Promise<Address | undefined> {
  const [value] = await valueIfKnown(address);
  return value;
}

/**
 * What the update gate asks before it lets a validator restart.
 *
 * The addresses of the validators are compared as soon as they are known. Until then the names must do: an update of a
 * cluster cannot wait for the genesis, because with mode `sequential` the genesis waits for the cluster.
 *
 * @param votes fulfilled once the network is registered.
 */
export function restartLimit(
  chain: Chain,
  regions: readonly { readonly name: string; readonly validators: number }[],
  votes: PromiseLike<pulumi.Output<Votes>>,
): () => Promise<number> {
  let byAddress: Votes | undefined;
  void votes.then((output) =>
    output.apply((counts) => {
      byAddress = counts;
    }),
  );
  const configured = regions.flatMap(validatorNames);
  return async () => {
    const [founders = configured] = await valueIfKnown(chain.founders);
    const byName = {
      total: founders.length,
      present: founders.filter((name) => configured.includes(name)).length,
    };
    return restartsAtOnceOrRefused(byAddress ?? byName);
  };
}

/** @throws ChainfleetError VALIDATOR_UPDATE_REFUSED if not a single validator may be down. */
function restartsAtOnceOrRefused(votes: Votes): number {
  const atOnce = restartsAtOnce(votes);
  if (atOnce === 0) {
    throw new ChainfleetError({
      code: "VALIDATOR_UPDATE_REFUSED",
      summary: `No validator was updated: ${votesText(votes)}, so the chain would stop while a single one restarts.`,
      next: "Vote the lost validators out of the chain, or undo the change.",
    });
  }
  return atOnce;
}

/**
 * Ends the program with an error if validators with a vote are removed and an update of another validator failed: the engine
 * deletes what the config no longer has after the program, whatever has failed, and deletes nothing after a failed program.
 *
 * @param updated fulfilled when no validator is updated any more.
 * @returns the votes.
 */
export function holdingRemovalsBack(
  votes: pulumi.Output<NetworkVotes>,
  gate: Pick<UpdateGate, "isClosed">,
  updated: Promise<unknown>,
): pulumi.Output<NetworkVotes> {
  return pulumi.all([votes, updated]).apply(([counts]) => {
    const reason = removalHeldBack(counts, gate);
    if (reason !== undefined) {
      // The engine shows a RunError without a stack trace.
      throw new pulumi.RunError(reason.message);
    }
    return counts;
  });
}

/** Why a run may not delete anything; undefined if it may. */
export function removalHeldBack(
  votes: NetworkVotes,
  { isClosed }: Pick<UpdateGate, "isClosed">,
): ChainfleetError | undefined {
  return votes.lost.length > 0 && isClosed
    ? new ChainfleetError({
        code: "REMOVAL_HELD_BACK",
        summary: `Nothing was deleted, because a validator did not come back from its update. ${votesText(votes)}.`,
        next: "Repair the validator that the run names, then run again.",
      })
    : undefined;
}

/**
 * Tells in a preview which validators would restart, how many of them at once and in which order.
 *
 * @param updated fulfilled when the preview knows all updates.
 */
export function tellRestarts(
  votes: pulumi.Output<Votes>,
  gate: Pick<UpdateGate, "planned">,
  { updated, regions }: { readonly updated: Promise<unknown>; readonly regions: readonly string[] },
): void {
  if (pulumi.runtime.isDryRun()) {
    pulumi.all([votes, updated]).apply(([counts]) => {
      const text = restartsText(gate.planned, counts, regions);
      return text === undefined ? undefined : pulumi.log.info(text);
    });
  }
}

/** Tells the operator which votes are lost, and which validators of the config are full nodes without a vote. */
export function tellVotes(
  votes: pulumi.Output<NetworkVotes>,
  besu: BesuNetwork,
  regions: readonly { readonly name: string; readonly validators: number }[],
): void {
  pulumi.all([votes, besu.genesisNames]).apply(([{ lost, byRegion, ...counts }, names]) => {
    const warning = lostVotesWarning(lost.map((address) => names?.[address] ?? address).sort(), counts);
    if (warning !== undefined) {
      pulumi.log.warn(warning);
    }
    for (const [index, { name, validators }] of regions.entries()) {
      const fullNodes = validators - (byRegion[index] ?? 0);
      if (fullNodes > 0) {
        pulumi.log.warn(withoutVoteText(name, fullNodes));
      }
    }
  });
}
