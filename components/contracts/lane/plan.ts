import type { Address, Hash } from "viem";
import type { Fee } from "../rpc/fee";
import { capped } from "../rpc/fee";

/** One broadcast of a transaction; a bump of its fee is another one with the same nonce. */
export interface Broadcast {
  readonly hash: Hash;
  readonly fee: Fee;
  /** Number of the latest block when it was sent. */
  readonly block: number;
}

/** A job that has a nonce. */
export interface Flight {
  readonly job: string;
  readonly nonce: number;
  readonly broadcasts: readonly Broadcast[];
}

/** Jobs of one sender on one chain. */
export interface LaneState {
  /** Ascending by nonce. */
  readonly flights: readonly Flight[];
  /** In the order in which they came. */
  readonly waiting: readonly WaitingJob[];
}

/** A job without a nonce. */
export interface WaitingJob {
  readonly job: string;
  /** Jobs that must have a lower nonce or be done: their contracts are called by this one's constructor. */
  readonly after: readonly string[];
}

/** What the node told, all at about the same time. */
export interface ChainSnapshot {
  /** Number of the latest block. */
  readonly block: number;
  /** How many transactions of the sender are in blocks: the next nonce that counts. */
  readonly mined: number;
  /** The same with those in the pool that follow without a gap. */
  readonly pending: number;
  /** Receipts of this lane's broadcasts. */
  readonly receipts: ReadonlyMap<Hash, Receipt>;
  /** Broadcasts that are neither in a block nor in the pool. */
  readonly forgotten: ReadonlySet<Hash>;
}

/** What became of a transaction. */
export interface Receipt {
  readonly hash: Hash;
  readonly block: number;
  readonly succeeded: boolean;
  /** The contract that it made, if it made one by itself. */
  readonly contract?: Address | undefined;
}

/** How a lane is driven. */
export interface LaneRules {
  /** Most transactions that may be in the pool at once. */
  readonly maxPending: number;
  /** Blocks that must hold a transaction, its own among them. */
  readonly confirmations: number;
  /** Blocks after which a transaction at the head of the lane is stuck. */
  readonly patience: number;
  /** What a transaction should offer now. */
  readonly fee: Fee;
  /** The least that the chain takes now, in wei for a unit of gas. */
  readonly floor: bigint;
  /** No transaction ever offers more. */
  readonly ceiling: bigint;
}

/** What is to be done next. */
export type Action =
  | { readonly do: "finish"; readonly job: string; readonly receipt: Receipt }
  /** Its nonce was used by a transaction that is not ours. */
  | { readonly do: "requeue"; readonly job: string }
  | { readonly do: "send"; readonly job: string; readonly nonce: number; readonly fee: Fee }
  /** The node forgot it: the same transaction once more. */
  | { readonly do: "resend"; readonly job: string; readonly hash: Hash }
  /** The same nonce at a higher fee. */
  | { readonly do: "bump"; readonly job: string; readonly nonce: number; readonly fee: Fee }
  /** Nobody holds this nonce, and others wait behind it: an empty transaction takes it. */
  | { readonly do: "fill"; readonly nonce: number; readonly fee: Fee };

/** A node takes a replacement only if both fees rise by a tenth. */
const LEAST_BUMP_PERCENT = 110n;
/** A little more is sure. */
const BUMP_PERCENT = 113n;

/** Decides what a lane does next. Pure: the same sight of the same lane gives the same actions. */
export function nextActions(lane: LaneState, sight: ChainSnapshot, rules: LaneRules): Action[] {
  const settled = lane.flights.map((flight) => ({ flight, action: settle(flight, sight, rules) }));
  const inAir = settled.flatMap(({ flight, action }) => (action === undefined ? [flight] : []));
  return [
    ...settled.flatMap(({ action }) => (action === undefined || action === "mined" ? [] : [action])),
    // Before what waits behind it: a full pool would not take it afterwards.
    ...gaps(inAir, sight, rules),
    ...inAir.flatMap((flight) => rebroadcastOrBump(flight, sight, rules)),
    ...newTransactions(lane, inAir, sight, rules),
  ];
}

/** What a flight whose nonce is in a block comes to; undefined while it is in the air. */
function settle(
  flight: Flight,
  sight: ChainSnapshot,
  { confirmations }: LaneRules,
): Action | "mined" | undefined {
  const receipt = flight.broadcasts
    .map(({ hash }) => sight.receipts.get(hash))
    .find((found) => found !== undefined);
  if (receipt !== undefined) {
    return sight.block - receipt.block + 1 >= confirmations
      ? { do: "finish", job: flight.job, receipt }
      : "mined";
  }
  return flight.nonce < sight.mined ? { do: "requeue", job: flight.job } : undefined;
}

/** What a flight in the air needs: another broadcast if the node forgot it, a higher fee if it is stuck. */
function rebroadcastOrBump(
  flight: Flight,
  sight: ChainSnapshot,
  { fee, ceiling, patience }: LaneRules,
): Action[] {
  const last = flight.broadcasts.at(-1);
  if (last === undefined) {
    return [];
  }
  const isStuck = flight.nonce === sight.mined && sight.block - last.block >= patience;
  const raised = capped(atLeast(scaled(last.fee, BUMP_PERCENT), fee), ceiling);
  const least = scaled(last.fee, LEAST_BUMP_PERCENT);
  if (isStuck && raised.max >= least.max && raised.tip >= least.tip) {
    return [{ do: "bump", job: flight.job, nonce: flight.nonce, fee: raised }];
  }
  return flight.broadcasts.every(({ hash }) => sight.forgotten.has(hash))
    ? [{ do: "resend", job: flight.job, hash: last.hash }]
    : [];
}

/** Nonces below a flight that neither this lane nor anybody in the pool holds. */
function gaps(inAir: readonly Flight[], sight: ChainSnapshot, { fee, ceiling }: LaneRules): Action[] {
  const held = new Set(inAir.map(({ nonce }) => nonce));
  const last = Math.max(sight.pending - 1, ...held);
  const offered = capped(fee, ceiling);
  const free: Action[] = [];
  for (let nonce = Math.max(sight.mined, sight.pending); nonce < last; nonce += 1) {
    if (!held.has(nonce)) {
      free.push({ do: "fill", nonce, fee: offered });
    }
  }
  return free;
}

function newTransactions(
  { waiting }: LaneState,
  inAir: readonly Flight[],
  sight: ChainSnapshot,
  { maxPending, fee, ceiling }: LaneRules,
): Action[] {
  const actions: Action[] = [];
  const offered = capped(fee, ceiling);
  const room = maxPending - inAir.length;
  let nonce = Math.max(sight.mined, sight.pending, ...inAir.map((flight) => flight.nonce + 1));
  let unsent = waiting;
  for (;;) {
    const ready = unsent.find(({ after }) => !after.some((other) => unsent.some(({ job }) => job === other)));
    if (ready === undefined || actions.length >= room) {
      return actions;
    }
    actions.push({ do: "send", job: ready.job, nonce, fee: offered });
    unsent = unsent.filter((one) => one !== ready);
    nonce += 1;
  }
}

function scaled({ max, tip }: Fee, percent: bigint): Fee {
  const raise = (wei: bigint) => (wei * percent + 99n) / 100n;
  return { max: raise(max), tip: raise(tip) };
}

function atLeast(fee: Fee, floor: Fee): Fee {
  return { max: larger(fee.max, floor.max), tip: larger(fee.tip, floor.tip) };
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
