import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import { chainView, endedAmong } from "../../components/besu/chain-view/chain-view";
import type { Chain } from "../../components/besu/genesis/genesis-resource";
import type { BesuNetwork } from "../../components/besu/network";
import { NO_POD } from "../../components/besu/node-access/container";
import type { NetworkNodes } from "../../components/besu/nodes/network-nodes";
import type { GateArgs, UpdateGate } from "../../components/besu/update-gate";
import {
  downText,
  nobodyAnswers,
  type RestartAllowance,
  restartAllowance,
  votesIn,
} from "../../components/besu/votes/allowance";
import { restartsText } from "../../components/besu/votes/restarts";
import {
  lostVotesWarning,
  restartsAtOnce,
  type Votes,
  votesText,
  withoutVoteText,
} from "../../components/besu/votes/votes";
import { valueIfKnown } from "../../components/engine/known";
import { ChainfleetError } from "../../components/error";
import { validatorNames } from "../../components/naming";

/** The votes of a network's chain. */
export interface NetworkVotes extends Votes {
  /** The chain's validators, ascending. */
  readonly voters: readonly Address[];
  /** The validators in the chain's validator set that the config does not have. */
  readonly lost: readonly Address[];
  /** The number of validators with a vote in each region, in the order of the regions. */
  readonly byRegion: readonly number[];
}

/**
 * Compares the chain's validators with those of the config.
 *
 * @param chainValidators those in the genesis block, or those that votes have made.
 * @returns unknown in the preview of a network that does not exist yet.
 */
export function votesOf(
  besu: Pick<BesuNetwork, "keys">,
  chainValidators: pulumi.Output<Address[]>,
): pulumi.Output<NetworkVotes> {
  return chainValidators.apply(async (voters) => {
    const keys = await Promise.all(besu.keys.map((ofRegion) => Promise.all(ofRegion.map(addressOf))));
    const configured = new Set(keys.flat());
    const lost = voters.filter((voter) => !configured.has(voter));
    return {
      voters,
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

/** What {@link restartLimit} asks. */
export interface RestartLimitArgs {
  readonly nodes: Pick<NetworkNodes, "ask" | "hasAnswered">;
  /** How long the first round of a block lasts. */
  readonly requestTimeoutSeconds: number;
  /** What holds for a network none of whose nodes has answered in this run. */
  readonly withoutChain: () => Promise<RestartAllowance>;
}

/**
 * What the update gate asks before it lets a validator restart: the nodes of the chain.
 *
 * A network none of whose nodes has answered in this run does not run yet, is stopped as a whole, or may not be reached by this
 * run. Then what the config and the genesis block say has to do. Once a node has answered, silence is a reason to wait. A
 * validator whose container does not run, as its cluster says, is down whether anybody answers or not.
 */
export function restartLimit({
  nodes,
  requestTimeoutSeconds,
  withoutChain,
}: RestartLimitArgs): GateArgs["allowance"] {
  return async (updating) => {
    const asked = await nodes.ask();
    const view = chainView(asked);
    if (view !== undefined) {
      return restartAllowance(view, updating, requestTimeoutSeconds);
    }
    const ended = endedAmong(asked);
    return nodes.hasAnswered
      ? nobodyAnswers(ended, requestTimeoutSeconds)
      : { ...(await withoutChain()), ended };
  };
}

/**
 * How many validators may restart as the config and the genesis block say it. The addresses of the validators are compared as
 * soon as they are known. Until then the names must do: an update of a cluster cannot wait for the genesis, because with mode
 * `sequential` the genesis waits for the cluster.
 *
 * @param votes fulfilled once the network is registered.
 */
export function configuredLimit(
  chain: Chain,
  regions: readonly { readonly name: string; readonly validators: number }[],
  votes: PromiseLike<pulumi.Output<Votes>>,
): () => Promise<RestartAllowance> {
  let byAddress: Votes | undefined;
  void votes.then((output) =>
    output.apply((counts) => {
      byAddress = counts;
    }),
  );
  const configured = regions.flatMap(validatorNames);
  return async () => {
    const [isVoted = false] = await valueIfKnown(chain.isVoted);
    const [founders = configured] = await valueIfKnown(chain.founders);
    const voters = isVoted ? configured : founders;
    const byName = {
      total: voters.length,
      present: voters.filter((name) => configured.includes(name)).length,
    };
    return allowanceOf(byAddress ?? byName);
  };
}

function allowanceOf(votes: Votes): RestartAllowance {
  return {
    atOnce: restartsAtOnce(votes),
    chain: undefined,
    ended: new Map(),
    refusal: new ChainfleetError({
      code: "VALIDATOR_UPDATE_REFUSED",
      summary: `No validator was updated: ${votesText(votes)}, so the chain would stop while a single one restarts.`,
      next: "Vote the lost validators out of the chain, or undo the change.",
    }),
  };
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
  gate: Pick<UpdateGate, "isIncomplete">,
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
  { isIncomplete }: Pick<UpdateGate, "isIncomplete">,
): ChainfleetError | undefined {
  return votes.lost.length > 0 && isIncomplete
    ? new ChainfleetError({
        code: "REMOVAL_HELD_BACK",
        summary: `Nothing was deleted, because a validator did not come back from its update. ${votesText(votes)}.`,
        next: "Repair the validator that the run names, then run again.",
      })
    : undefined;
}

/** What {@link tellRestarts} needs beside the votes. */
export interface PreviewedUpdates {
  readonly gate: Pick<UpdateGate, "planned">;
  /** Fulfilled when the preview knows all updates. */
  readonly updated: Promise<unknown>;
  /** The names of the regions in the order in which their validators are updated. */
  readonly regions: readonly string[];
  readonly nodes: Pick<NetworkNodes, "settled" | "ask">;
}

/**
 * Tells in a preview which validators would restart, how many of them at once and in which order, as the chain is now or, if no
 * node answers, as the config and the genesis block say.
 */
export function tellRestarts(
  votes: pulumi.Output<Votes>,
  { gate, updated, regions, nodes }: PreviewedUpdates,
): void {
  if (pulumi.runtime.isDryRun()) {
    pulumi.all([votes, updated]).apply(async ([counts]) => {
      if (gate.planned.length === 0) {
        return;
      }
      await nodes.settled();
      const asked = await nodes.ask();
      const view = chainView(asked);
      const ended = endedAmong(asked);
      const repaired = gate.planned.flatMap(({ name }) => {
        const down = view?.down.get(name);
        return ended.has(name) || (down?.evidence === "silent" && down.reason !== NO_POD) ? [name] : [];
      });
      const votes = view === undefined ? counts : votesIn(view);
      const text = restartsText(gate.planned, { votes, repaired, regions });
      if (text !== undefined) {
        pulumi.log.info(view === undefined ? text : `${text}${downText(view)}`);
      }
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
