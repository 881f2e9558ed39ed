import type { Address, Hex } from "viem";
import type { NodeObservation } from "../node-access/observe-node";
import { signingOf, signingWindow } from "../nodes/signing";

/** A validator of the config, and what its node said. */
export interface AskedValidator {
  /** @example "eastus-validator-0" */
  readonly name: string;
  /** Undefined while the validator's key is not known. */
  readonly address: Address | undefined;
  /** Undefined if the node was not asked, because its cluster is not known yet. */
  readonly answer: NodeObservation | NoAnswer | undefined;
}

/** Why a node gave no answer. */
export interface NoAnswer {
  /** Completes a sentence that begins with the validator's name. */
  readonly problem: string;
  /** Whether the node's cluster says that its container does not run. */
  readonly hasEnded?: boolean;
}

/** The chain as its nodes describe it at one moment. */
export interface ChainView {
  readonly genesisHash: Hex;
  /** The highest head. */
  readonly height: number;
  /** The validators that make the next block. */
  readonly validators: readonly Address[];
  /**
   * The validators of the chain that count as down. The key is the validator's name, or its address if the config does not have
   * it.
   */
  readonly down: ReadonlyMap<string, Down>;
  /** The names of validators of the config that the chain does not have: full nodes, whose restart costs the chain nothing. */
  readonly withoutVote: ReadonlySet<string>;
}

/** Why a validator counts as down. */
export interface Down {
  /** Completes a sentence that begins with the validator. @example "has proposed none of the last 20 blocks" */
  readonly reason: string;
  readonly evidence: Evidence;
}

/**
 * What says that a validator is down: its cluster, which runs no container of it; the chain's blocks, none of which it has
 * proposed for long; or only that its node does not answer us, and then it may sign all the same.
 */
export type Evidence = "ended" | "silent" | "unanswered";

/**
 * Sums up what the nodes of a network have said. Validators propose by turns, so one that has proposed none of the last 2N blocks
 * does not sign; it counts as down, as does one whose node does not answer or is on another chain.
 *
 * The nodes of a cluster that is not known yet, and validators that the config does not have, are judged by their blocks alone.
 *
 * @returns undefined if no node has answered: then nothing is known about the chain.
 */
export function chainView(asked: readonly AskedValidator[]): ChainView | undefined {
  const observations = asked.flatMap(({ answer }) =>
    answer === undefined || "problem" in answer ? [] : answer,
  );
  const genesisHash = mostFrequent(observations.map((observation) => observation.genesisHash));
  const best = observations
    .filter((observation) => observation.genesisHash === genesisHash)
    .reduce<NodeObservation | undefined>(
      (highest, one) => (highest === undefined || one.head.number > highest.head.number ? one : highest),
      undefined,
    );
  if (best === undefined) {
    return undefined;
  }
  const byAddress = new Map(asked.map((validator) => [validator.address, validator]));
  const down = new Map<string, Down>();
  for (const address of best.validators) {
    const validator = byAddress.get(address);
    const silent =
      signingOf(best, address) === "silent"
        ? `has proposed none of the last ${signingWindow(best.validators.length)} blocks`
        : undefined;
    const reason = absence(validator?.answer, best.genesisHash) ?? silent;
    if (reason !== undefined) {
      const evidence = hasEnded(validator?.answer) ? "ended" : silent === undefined ? "unanswered" : "silent";
      down.set(validator?.name ?? address, { reason, evidence });
    }
  }
  const withoutVote = asked.flatMap(({ name, address }) =>
    address === undefined || best.validators.includes(address) ? [] : [name],
  );
  return {
    genesisHash: best.genesisHash,
    height: best.head.number,
    validators: best.validators,
    down,
    withoutVote: new Set(withoutVote),
  };
}

/** The validators whose containers do not run, with what their clusters say. Known also if no node answers. */
export function endedAmong(asked: readonly AskedValidator[]): ReadonlyMap<string, string> {
  return new Map(
    asked.flatMap(({ name, answer }) =>
      answer !== undefined && "problem" in answer && hasEnded(answer)
        ? [[name, answer.problem] as const]
        : [],
    ),
  );
}

function hasEnded(answer: AskedValidator["answer"]): boolean {
  return answer !== undefined && "problem" in answer && answer.hasEnded === true;
}

function absence(answer: AskedValidator["answer"], genesisHash: Hex): string | undefined {
  if (answer === undefined) {
    return undefined;
  }
  if ("problem" in answer) {
    return answer.problem;
  }
  return answer.genesisHash === genesisHash ? undefined : "is on the chain of another genesis block";
}

function mostFrequent(hashes: readonly Hex[]): Hex | undefined {
  const counts = new Map<Hex, number>();
  for (const hash of hashes) {
    counts.set(hash, (counts.get(hash) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
