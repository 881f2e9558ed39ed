import { ChainfleetError } from "../../error";
import type { ChainView, Down } from "../chain-view/chain-view";
import { signingWindow } from "../nodes/signing";
import { quorum } from "../quorum";
import { listed, restartsAtOnce, type Votes } from "./votes";

/** How many validators may restart, at one moment. */
export interface RestartAllowance {
  /** The number that may be under update at the same time. */
  readonly atOnce: number;
  /** Undefined if the chain could not be asked: the number then holds for the whole run. */
  readonly chain: AskedChain | undefined;
  /**
   * The validators whose containers do not run, with what their clusters say. Their updates cost the chain nothing, and may be
   * what repairs them.
   */
  readonly ended: ReadonlyMap<string, string>;
  /** Why no update is admitted when the number is 0 for good. */
  readonly refusal: ChainfleetError;
}

/** The allowance of updates that follow one another whatever the chain says. */
export const ONE_AT_A_TIME: RestartAllowance = {
  atOnce: 1,
  chain: undefined,
  ended: new Map(),
  refusal: new ChainfleetError({ code: "VALIDATOR_UPDATE_REFUSED", summary: "Nothing may be updated." }),
};

/** What the chain's nodes said. */
export interface AskedChain {
  readonly height: number;
  /** The number of blocks after which a validator that is up has signed, and one that is not is known to be down. */
  readonly patienceBlocks: number;
  /** The time without a block after which the chain stands still. */
  readonly standstillSeconds: number;
  /** Whether a quorum is up, if every validator is down that seems so or is under update. */
  readonly hasQuorum: boolean;
  /** The validators that are down, apart from those under update, by name. */
  readonly down: ReadonlyMap<string, Down>;
  /** The names of validators of the config without a vote. */
  readonly withoutVote: ReadonlySet<string>;
}

/**
 * How many validators may restart as the chain is now: those that are down have taken their part of what the chain can lose.
 *
 * @param updating the names of the validators under update, which are down for that reason.
 * @param requestTimeoutSeconds how long the first round of a block lasts.
 */
export function restartAllowance(
  view: Omit<ChainView, "genesisHash">,
  updating: ReadonlySet<string>,
  requestTimeoutSeconds: number,
): RestartAllowance {
  const down = new Map([...view.down].filter(([name]) => !updating.has(name)));
  const total = view.validators.length;
  return {
    atOnce: restartsAtOnce(votesIn({ ...view, down })),
    chain: {
      height: view.height,
      patienceBlocks: signingWindow(total),
      standstillSeconds: FAILED_ROUNDS_TIMEOUTS * requestTimeoutSeconds,
      hasQuorum: total - down.size - updating.size >= quorum(total),
      down,
      withoutVote: view.withoutVote,
    },
    ended: new Map(
      [...down].flatMap(([name, { reason, evidence }]) => (evidence === "ended" ? [[name, reason]] : [])),
    ),
    refusal: marginUsedUp(total, down),
  };
}

/**
 * Four rounds of a block, each twice as long as the one before: 1 + 2 + 4 + 8. A block of a chain that has its quorum needs one
 * round more for each validator before the proposer that is down, and most have none of them.
 */
const FAILED_ROUNDS_TIMEOUTS = 15;

/** The votes of the validators that are up. */
export function votesIn({ validators, down }: Pick<ChainView, "validators" | "down">): Votes {
  return { total: validators.length, present: validators.length - down.size };
}

/** @example " Down: eastus-validator-0 has proposed none of the last 20 blocks." */
export function downText({ down }: Pick<ChainView, "down">): string {
  return down.size === 0 ? "" : ` Down: ${listed(reasonsOf(down))}.`;
}

function reasonsOf(down: ReadonlyMap<string, Down>): string[] {
  return [...down].map(([name, { reason }]) => `${name} ${reason}`);
}

function marginUsedUp(total: number, down: ReadonlyMap<string, Down>): ChainfleetError {
  return new ChainfleetError({
    code: "VALIDATOR_UPDATE_REFUSED",
    summary: `No validator that is up was updated: ${total - down.size} of the chain's ${total} validators sign, and ${quorum(total)} must, so the chain would stop while a single one restarts. ${listed(reasonsOf(down))}.`,
    next: "Bring these validators back (chainfleet services status shows them), then run again. Validators that are down may be updated, so that a config that repairs them goes through.",
  });
}

/** What holds while the nodes that answered before do not answer any more. */
export function nobodyAnswers(
  ended: ReadonlyMap<string, string>,
  requestTimeoutSeconds: number,
): RestartAllowance {
  return {
    atOnce: 0,
    ended,
    chain: {
      height: 0,
      patienceBlocks: Number.POSITIVE_INFINITY,
      standstillSeconds: FAILED_ROUNDS_TIMEOUTS * requestTimeoutSeconds,
      hasQuorum: false,
      down: new Map(),
      withoutVote: new Set(),
    },
    refusal: new ChainfleetError({
      code: "VALIDATOR_UPDATE_REFUSED",
      summary:
        "No further validator was updated: the nodes of the network do not answer any more, so nothing says how many are up.",
      next: "Look at the validators (chainfleet services status), then run again.",
    }),
  };
}
