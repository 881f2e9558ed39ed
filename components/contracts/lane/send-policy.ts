import { formatGwei } from "viem";
import { ChainfleetError } from "../../error";
import type { Job, LaneChain } from "./job";
import { type ChainSnapshot, type InFlightTransaction, isHeldByAnother, type LaneRules } from "./plan";

/** A lane and its chain at one moment. */
export interface Situation {
  readonly snapshot: ChainSnapshot;
  readonly rules: LaneRules;
  readonly inFlight: readonly InFlightTransaction[];
  readonly waiting: readonly Pick<Job, "name" | "isIdempotent">[];
  /** The node's message about the last transaction, if the node did not accept that transaction. */
  readonly refusal?: string | undefined;
}

/** What a lane may send. */
export type SendDecision =
  | { readonly kind: "proceed" }
  /** Only transactions that are in flight are looked after; nothing new is sent. */
  | { readonly kind: "hold" }
  /** Every job of the lane fails with this error. */
  | { readonly kind: "stop"; readonly error: ChainfleetError };

/** Number of blocks to wait for another program's transaction that has the lowest unused nonce. */
const BLOCKED_NONCE_BLOCKS = 25;
/** Number of blocks to wait while the chain's fee is above the ceiling. */
const FEE_ABOVE_CEILING_BLOCKS = 10;
/** Number of blocks in which at least one transaction of an unfinished lane must be mined. */
const STALLED_BLOCKS = 50;
/** Time in which a working chain makes a block. */
const NO_BLOCK_MILLISECONDS = 10 * 60_000;

/** Decides when a lane must hold back, and when it has held back for long enough. Remembers since when. */
export class SendPolicy {
  /** The first observation: the block, and the nonce that follows the transactions then in the mempool. */
  #first: { readonly block: number; readonly pending: number } | undefined;
  /** The lane's latest progress and the block in which the progress was seen. */
  #progress = { mark: "", since: 0 };
  #latestBlock = { number: -1, at: 0 };
  /** The lowest unused nonce while another program's transaction has it. */
  #blockedNonce: { readonly nonce: number; readonly since: number } | undefined;
  #aboveCeilingSince: number | undefined;

  constructor(readonly chain: Pick<LaneChain, "name" | "sender">) {}

  /** @param now milliseconds since the epoch. */
  evaluate(situation: Situation, now = Date.now()): SendDecision {
    const { block, pending } = situation.snapshot;
    this.#first ??= { block, pending };
    const error =
      this.#chainStopped(situation, now) ?? this.#nonceBlocked(situation) ?? this.#laneStalled(situation);
    if (error !== undefined) {
      return { kind: "stop", error };
    }
    return mustWaitForEarlier(situation, this.#first) ? { kind: "hold" } : this.#evaluateFee(situation);
  }

  #chainStopped({ snapshot, ...situation }: Situation, now: number): ChainfleetError | undefined {
    if (snapshot.block !== this.#latestBlock.number) {
      this.#latestBlock = { number: snapshot.block, at: now };
    }
    return now - this.#latestBlock.at < NO_BLOCK_MILLISECONDS
      ? undefined
      : new ChainfleetError({
          code: "CHAIN_STOPPED",
          summary: `${namesOf(situation)} on ${this.chain.name}: the chain has made no block for ${NO_BLOCK_MILLISECONDS / 60_000} minutes, since block ${snapshot.block}.`,
          next: "Check the chain's validators; run again when the chain makes blocks.",
        });
  }

  /**
   * A transaction of another program that has the lowest unused nonce and is not mined blocks every later nonce. The
   * transaction may matter to whoever sent it, so the error names the transaction and nothing replaces it.
   */
  #nonceBlocked({ snapshot, ...situation }: Situation): ChainfleetError | undefined {
    const isOurs = situation.inFlight.some(
      (transaction) => transaction.nonce === snapshot.mined && !isHeldByAnother(transaction, snapshot),
    );
    if (isOurs || snapshot.pending <= snapshot.mined || this.#blockedNonce?.nonce !== snapshot.mined) {
      this.#blockedNonce = { nonce: snapshot.mined, since: snapshot.block };
    }
    return snapshot.block - this.#blockedNonce.since < BLOCKED_NONCE_BLOCKS
      ? undefined
      : new ChainfleetError({
          code: "NONCE_BLOCKED",
          summary: `${namesOf(situation)} on ${this.chain.name}: nonce ${snapshot.mined} of ${this.chain.sender} is held by a transaction that this run did not send and that has not been mined for ${BLOCKED_NONCE_BLOCKS} blocks.`,
          next: "Speed the transaction up or cancel it with the wallet that sent it (any wallet with this key if a killed run sent it), then run again.",
        });
  }

  /** The chain makes blocks, and no block has a transaction of the lane, although no other transaction blocks the lane. */
  #laneStalled({ snapshot, refusal, ...situation }: Situation): ChainfleetError | undefined {
    const { inFlight, waiting } = situation;
    const hasUnmined = waiting.length > 0 || inFlight.some(({ nonce }) => nonce >= snapshot.mined);
    const mark = `${snapshot.mined} ${inFlight.length + waiting.length}`;
    if (!hasUnmined || mark !== this.#progress.mark) {
      this.#progress = { mark, since: snapshot.block };
    }
    return snapshot.block - this.#progress.since < STALLED_BLOCKS
      ? undefined
      : new ChainfleetError({
          code: "LANE_STALLED",
          summary: `${namesOf(situation)} on ${this.chain.name}: no transaction was mined for ${STALLED_BLOCKS} blocks.${refusal === undefined ? "" : ` The node refuses the transaction: ${refusal}`}`,
          next: "The next run takes over what is in the mempool. If the node asks for a higher fee, raise the chain's feeCeilingGwei.",
        });
  }

  /** While the chain asks for more than the ceiling, nothing new is sent. */
  #evaluateFee({ snapshot, rules: { floor, ceiling }, ...situation }: Situation): SendDecision {
    if (floor <= ceiling) {
      this.#aboveCeilingSince = undefined;
      return { kind: "proceed" };
    }
    this.#aboveCeilingSince ??= snapshot.block;
    if (snapshot.block - this.#aboveCeilingSince < FEE_ABOVE_CEILING_BLOCKS) {
      return { kind: "hold" };
    }
    const inMempool = situation.inFlight.map(({ job }) => job).join(", ");
    const error = new ChainfleetError({
      code: "FEE_ABOVE_CEILING",
      summary: `${namesOf(situation)} on ${this.chain.name}: the chain has asked ${formatGwei(floor)} gwei for a unit of gas for ${FEE_ABOVE_CEILING_BLOCKS} blocks; the ceiling is ${formatGwei(ceiling)} gwei. ${inMempool === "" ? "Nothing was sent." : `Already in the mempool: ${inMempool}.`}`,
      next: "Run again when the fee has fallen, or raise the chain's feeCeilingGwei. The next run takes over what is mined in the meantime.",
    });
    return { kind: "stop", error };
  }
}

/**
 * True while a lane must wait for transactions that were in the mempool before the lane started. A killed run may have
 * sent them, and sending them again would pay for nothing, so every lane waits for `patience` blocks. A lane with a job
 * that is not idempotent waits until they are mined, because a second transaction with another nonce would repeat the
 * job's effect.
 */
function mustWaitForEarlier(
  { snapshot, rules, waiting }: Situation,
  first: { readonly block: number; readonly pending: number },
): boolean {
  const isPatient = snapshot.block < first.block + rules.patience;
  // A node that dropped the earlier transactions no longer counts them in `pending`.
  const hasEarlier = snapshot.mined < Math.min(first.pending, snapshot.pending);
  return hasEarlier && (isPatient || !waiting.every((job) => job.isIdempotent));
}

function namesOf({ inFlight, waiting }: Pick<Situation, "inFlight" | "waiting">): string {
  return [...inFlight.map(({ job }) => job), ...waiting.map(({ name }) => name)].join(", ");
}
