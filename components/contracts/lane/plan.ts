import type { Address, Hash } from "viem";
import { capped, type Fee } from "../rpc/fee";

/** One broadcast of a transaction. A replacement transaction with a higher fee is a further broadcast. */
export interface Broadcast {
  readonly hash: Hash;
  readonly fee: Fee;
  /** Number of the latest block at the time of the broadcast. */
  readonly block: number;
}

/** A job that has a nonce, with all broadcasts that used the nonce. */
export interface InFlightTransaction {
  readonly job: string;
  readonly nonce: number;
  readonly broadcasts: readonly Broadcast[];
}

/** The unfinished jobs of one sender on one chain. */
export interface LaneState {
  /** Ascending by nonce. */
  readonly inFlight: readonly InFlightTransaction[];
  /** In the order of arrival. */
  readonly waiting: readonly WaitingJob[];
}

/** A job without a nonce. */
export interface WaitingJob {
  readonly job: string;
  /** Jobs that must be done or have a lower nonce: this job's constructor calls their contracts. */
  readonly after: readonly string[];
}

/** The node's answers about one sender, all from about the same time. */
export interface ChainSnapshot {
  /** Number of the latest block. */
  readonly block: number;
  /** Number of the sender's transactions in blocks: the lowest unused nonce. */
  readonly mined: number;
  /** `mined`, plus the sender's transactions in the mempool that follow without a nonce gap. */
  readonly pending: number;
  /** Receipts of this lane's broadcasts. */
  readonly receipts: ReadonlyMap<Hash, Receipt>;
  /** Dropped broadcasts: neither in a block nor in the mempool. */
  readonly dropped: ReadonlySet<Hash>;
}

/** A transaction in a block. */
export interface Receipt {
  readonly hash: Hash;
  readonly block: number;
  readonly succeeded: boolean;
  /** The contract that the transaction created directly, if any. */
  readonly contract?: Address | undefined;
}

/** The limits and fees of a lane. */
export interface LaneRules {
  /** Most transactions of the lane that may be in the mempool at once. */
  readonly maxPending: number;
  /** Number of blocks that confirm a transaction; the transaction's own block counts. */
  readonly confirmations: number;
  /** Number of blocks after which the transaction with the lowest nonce counts as stuck. */
  readonly patience: number;
  /** The fee that a transaction should offer now. */
  readonly fee: Fee;
  /** The least that the chain accepts now, in wei for a unit of gas. */
  readonly floor: bigint;
  /** The most that any transaction may offer, in wei for a unit of gas. */
  readonly ceiling: bigint;
  /** The most gas that a block of the chain holds. */
  readonly gasLimit: bigint;
}

/** A step that the lane takes next. */
export type Action =
  | { readonly kind: "finish"; readonly job: string; readonly receipt: Receipt }
  /** An unknown transaction used the job's nonce: the job needs a new nonce. */
  | { readonly kind: "requeue"; readonly job: string }
  | { readonly kind: "send"; readonly job: string; readonly nonce: number; readonly fee: Fee }
  /** The node dropped the transaction: the same signed transaction is sent again. */
  | { readonly kind: "rebroadcast"; readonly job: string; readonly hash: Hash }
  /** The transaction is stuck: a replacement transaction has the same nonce and a higher fee. */
  | { readonly kind: "bump"; readonly job: string; readonly nonce: number; readonly fee: Fee }
  /** No transaction has this nonce, and later nonces wait for it: an empty transaction fills the gap. */
  | { readonly kind: "fill-gap"; readonly nonce: number; readonly fee: Fee };

/** A node accepts a replacement transaction only if both fees rise by ten percent. */
const LEAST_BUMP_PERCENT = 110n;
/** Slightly more than the least, to be safe from rounding. */
const BUMP_PERCENT = 113n;

/** Decides what a lane does next. Pure: the same snapshot of the same lane gives the same actions. */
export function nextActions(lane: LaneState, snapshot: ChainSnapshot, rules: LaneRules): Action[] {
  const statuses = lane.inFlight.map((transaction) => statusOf(transaction, snapshot, rules));
  const unmined = statuses.flatMap((status) => (status.kind === "unmined" ? [status.transaction] : []));
  return [
    ...statuses.flatMap((status) => (status.kind === "settled" ? [status.action] : [])),
    // Gaps come before new transactions: a mempool that new transactions have filled would not accept the gap fillers.
    ...gapFillers(unmined, snapshot, rules),
    ...unmined.flatMap((transaction) => rebroadcastOrBump(transaction, snapshot, rules)),
    ...newTransactions(withoutOrphans(lane, statuses), unmined, snapshot, rules),
  ];
}

/** How far an in-flight transaction has come. */
type TransactionStatus =
  | { readonly kind: "unmined"; readonly transaction: InFlightTransaction }
  | { readonly kind: "awaiting-confirmations" }
  | { readonly kind: "settled"; readonly action: Action };

function statusOf(
  transaction: InFlightTransaction,
  snapshot: ChainSnapshot,
  { confirmations }: LaneRules,
): TransactionStatus {
  const { job, nonce, broadcasts } = transaction;
  const receipt = broadcasts
    .map(({ hash }) => snapshot.receipts.get(hash))
    .find((candidate) => candidate !== undefined);
  if (receipt !== undefined) {
    return snapshot.block - receipt.block + 1 >= confirmations
      ? { kind: "settled", action: { kind: "finish", job, receipt } }
      : { kind: "awaiting-confirmations" };
  }
  return nonce < snapshot.mined
    ? { kind: "settled", action: { kind: "requeue", job } }
    : { kind: "unmined", transaction };
}

/**
 * Leaves out the waiting jobs that come after a job whose nonce another transaction used: that job needs a new nonce
 * first. It keeps its place among the jobs in flight until the next block confirms the loss.
 */
function withoutOrphans({ inFlight, waiting }: LaneState, statuses: readonly TransactionStatus[]): LaneState {
  const lost = statuses.flatMap((status) =>
    status.kind === "settled" && status.action.kind === "requeue" ? [status.action.job] : [],
  );
  return { inFlight, waiting: waiting.filter(({ after }) => !after.some((job) => lost.includes(job))) };
}

/**
 * Whether the mempool has another transaction with the nonce of a transaction that the node does not know: a node of a
 * chain with free gas takes a replacement at the same price. The other transaction belongs to another program and is not
 * replaced in turn. If the node in truth dropped both, its count of pending transactions falls.
 */
export function isHeldByAnother(
  { nonce, broadcasts }: InFlightTransaction,
  { pending, dropped }: ChainSnapshot,
): boolean {
  return nonce < pending && broadcasts.every(({ hash }) => dropped.has(hash));
}

/** Sends an unmined transaction again if the node dropped it, or with a higher fee if it is stuck. */
function rebroadcastOrBump(
  transaction: InFlightTransaction,
  snapshot: ChainSnapshot,
  { fee, ceiling, patience }: LaneRules,
): Action[] {
  const { job, nonce, broadcasts } = transaction;
  const last = broadcasts.at(-1);
  if (last === undefined || isHeldByAnother(transaction, snapshot)) {
    return [];
  }
  const isStuck = nonce === snapshot.mined && snapshot.block - last.block >= patience;
  const raised = capped(atLeast(scaled(last.fee, BUMP_PERCENT), fee), ceiling);
  const least = scaled(last.fee, LEAST_BUMP_PERCENT);
  if (isStuck && raised.max >= least.max && raised.tip >= least.tip) {
    return [{ kind: "bump", job, nonce, fee: raised }];
  }
  return broadcasts.every(({ hash }) => snapshot.dropped.has(hash))
    ? [{ kind: "rebroadcast", job, hash: last.hash }]
    : [];
}

/** Fills the nonce gaps below the highest nonce in use: nonces that neither this lane nor the mempool holds. */
function gapFillers(
  unmined: readonly InFlightTransaction[],
  snapshot: ChainSnapshot,
  { fee, ceiling }: LaneRules,
): Action[] {
  const held = new Set(unmined.map(({ nonce }) => nonce));
  const highest = Math.max(snapshot.pending - 1, ...held);
  const offered = capped(fee, ceiling);
  const actions: Action[] = [];
  for (let nonce = Math.max(snapshot.mined, snapshot.pending); nonce < highest; nonce += 1) {
    if (!held.has(nonce)) {
      actions.push({ kind: "fill-gap", nonce, fee: offered });
    }
  }
  return actions;
}

/** Gives the next nonces to waiting jobs, dependencies first, until the mempool has no more room. */
function newTransactions(
  { waiting }: LaneState,
  unmined: readonly InFlightTransaction[],
  snapshot: ChainSnapshot,
  { maxPending, fee, ceiling }: LaneRules,
): Action[] {
  const actions: Action[] = [];
  const offered = capped(fee, ceiling);
  const room = maxPending - unmined.length;
  let nonce = Math.max(
    snapshot.mined,
    snapshot.pending,
    ...unmined.map((transaction) => transaction.nonce + 1),
  );
  let unsent = waiting;
  for (;;) {
    const ready = unsent.find(
      ({ after }) => !after.some((dependency) => unsent.some(({ job }) => job === dependency)),
    );
    if (ready === undefined || actions.length >= room) {
      return actions;
    }
    actions.push({ kind: "send", job: ready.job, nonce, fee: offered });
    unsent = unsent.filter((waitingJob) => waitingJob !== ready);
    nonce += 1;
  }
}

/**
 * The fee, raised in both parts: geth (legacypool/list.go) takes a replacement only if the tip rises too, also from zero. A
 * price of zero stays zero, because nobody may own ether on a chain with free gas, and Besu takes the same price again.
 */
function scaled({ max, tip }: Fee, percent: bigint): Fee {
  const raise = (wei: bigint) => (wei * percent + 99n) / 100n;
  return { max: raise(max), tip: tip === 0n && max > 0n ? 1n : raise(tip) };
}

function atLeast(fee: Fee, floor: Fee): Fee {
  return { max: larger(fee.max, floor.max), tip: larger(fee.tip, floor.tip) };
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
