import { formatGwei } from "viem";
import { ChainfleetError } from "../../error";
import type { Job, LaneChain } from "./job";
import type { ChainSnapshot, Flight, LaneRules } from "./plan";

/** A lane and its chain at one look. */
export interface Situation {
  readonly sight: ChainSnapshot;
  readonly rules: LaneRules;
  readonly flights: readonly Flight[];
  readonly waiting: readonly Pick<Job, "name" | "isIdempotent">[];
  /** What the node said of the last transaction that it did not take, if it took none since. */
  readonly refusal?: string | undefined;
}

/** What a lane may do; an error gives everything up. */
export type Verdict = "go" | "send nothing new" | ChainfleetError;

/** Blocks for which a stranger's transaction at the head of the lane is waited for. */
const HELD_UP_BLOCKS = 25;
/** Blocks for which a fee above the ceiling is waited out. */
const DEAR_BLOCKS = 10;
/** Blocks in which some transaction of a lane that has any left to be mined is mined. */
const STALLED_BLOCKS = 50;
/** Time in which a chain that lives makes a block. */
const STILL_MILLISECONDS = 10 * 60_000;

/** When a lane has to hold back, and when it has held back for long enough. Remembers since when. */
export class SendPolicy {
  /** The first look: blocks, and the nonce behind those that were in the pool before. */
  #begun: { readonly block: number; readonly pending: number } | undefined;
  #progress = { mark: "", since: 0 };
  #last = { block: -1, at: 0 };
  #head: { readonly nonce: number; readonly since: number } | undefined;
  #dearSince: number | undefined;

  constructor(readonly chain: Pick<LaneChain, "name" | "sender">) {}

  /** @param now milliseconds since the epoch. */
  evaluate(situation: Situation, now = Date.now()): Verdict {
    const { block, pending } = situation.sight;
    this.#begun ??= { block, pending };
    const stopped = this.#isStill(situation, now) ?? this.#isHeldUp(situation) ?? this.#isStalled(situation);
    if (stopped !== undefined) {
      return stopped;
    }
    return this.#isToWait(situation, this.#begun) ? "send nothing new" : this.#ofFee(situation);
  }

  #isStill({ sight, ...situation }: Situation, now: number): ChainfleetError | undefined {
    if (sight.block !== this.#last.block) {
      this.#last = { block: sight.block, at: now };
    }
    return now - this.#last.at < STILL_MILLISECONDS
      ? undefined
      : new ChainfleetError({
          code: "TODO",
          summary: `${namesOf(situation)} on ${this.chain.name}: the chain has made no block for ${STILL_MILLISECONDS / 60_000} minutes, since ${sight.block}.`,
          next: "Look after its validators; run again when it goes on.",
        });
  }

  /**
   * A transaction at the head of the lane that is not this run's, and that nobody mines, holds up everything behind
   * it. It may be of value to whoever sent it: it is not replaced, but named.
   */
  #isHeldUp({ sight, ...situation }: Situation): ChainfleetError | undefined {
    const isOurs = situation.flights.some(({ nonce }) => nonce === sight.mined);
    if (isOurs || sight.pending <= sight.mined || this.#head?.nonce !== sight.mined) {
      this.#head = { nonce: sight.mined, since: sight.block };
    }
    return sight.block - this.#head.since < HELD_UP_BLOCKS
      ? undefined
      : new ChainfleetError({
          code: "TODO",
          summary: `${namesOf(situation)} on ${this.chain.name}: nonce ${sight.mined} of ${this.chain.sender} is held by a transaction that this run did not send, and that has not been mined for ${HELD_UP_BLOCKS} blocks.`,
          next: "Speed it up or cancel it with the wallet that sent it (for one of a killed run: any wallet with this key), then run again.",
        });
  }

  /** The chain makes blocks, and none of them has anything of the lane, though nobody else holds it up. */
  #isStalled({ sight, refusal, ...situation }: Situation): ChainfleetError | undefined {
    const { flights, waiting } = situation;
    const isLeft = waiting.length > 0 || flights.some(({ nonce }) => nonce >= sight.mined);
    const mark = `${sight.mined} ${flights.length + waiting.length}`;
    if (!isLeft || mark !== this.#progress.mark) {
      this.#progress = { mark, since: sight.block };
    }
    return sight.block - this.#progress.since < STALLED_BLOCKS
      ? undefined
      : new ChainfleetError({
          code: "TODO",
          summary: `${namesOf(situation)} on ${this.chain.name}: nothing of it was mined for ${STALLED_BLOCKS} blocks.${refusal === undefined ? "" : ` The node does not take it: ${refusal}`}`,
          next: "What is in the pool is taken over by the next run. If the node asks for a higher fee, raise the chain's feeCeilingGwei.",
        });
  }

  /**
   * A lane that begins while the pool has transactions of its sender lets them be mined first, for a while: they may
   * be those of a run that was killed, and sending them again would pay for nothing. Where it would do something
   * twice, at another nonce, it waits until they are mined.
   */
  #isToWait({ sight, rules, waiting }: Situation, begun: { block: number; pending: number }): boolean {
    const isPatient = sight.block < begun.block + rules.patience;
    // A node that forgot them shows none of them any more.
    const areThere = sight.mined < Math.min(begun.pending, sight.pending);
    return areThere && (isPatient || !waiting.every((job) => job.isIdempotent));
  }

  /** While the chain asks for more than the ceiling, only what is in the air is looked after. */
  #ofFee({ sight, rules: { floor, ceiling }, ...situation }: Situation): Verdict {
    if (floor <= ceiling) {
      this.#dearSince = undefined;
      return "go";
    }
    this.#dearSince ??= sight.block;
    if (sight.block - this.#dearSince < DEAR_BLOCKS) {
      return "send nothing new";
    }
    const inPool = situation.flights.map(({ job }) => job).join(", ");
    return new ChainfleetError({
      code: "TODO",
      summary: `${namesOf(situation)} on ${this.chain.name}: the chain has asked ${formatGwei(floor)} gwei for a unit of gas for ${DEAR_BLOCKS} blocks; the ceiling is ${formatGwei(ceiling)} gwei. ${inPool === "" ? "Nothing was sent for them." : `In the pool already: ${inPool}.`}`,
      next: "Run again when the fee has fallen, or raise the chain's feeCeilingGwei. What is mined meanwhile is taken over.",
    });
  }
}

function namesOf({ flights, waiting }: Pick<Situation, "flights" | "waiting">): string {
  return [...flights.map(({ job }) => job), ...waiting.map(({ name }) => name)].join(", ");
}
