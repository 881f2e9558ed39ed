import { type Address, concat, type Hash, type Hex, keccak256, numberToHex, stringToHex } from "viem";
import type { LaneChain, Transaction } from "../../components/contracts/lane/job";
import type { ChainSnapshot, LaneRules, Receipt } from "../../components/contracts/lane/plan";

/** What can go wrong with a node between two looks. */
export type Trouble =
  | "none"
  /** A block is mined. */
  | "block"
  /** The pool is lost: the node was started anew. */
  | "forget"
  /** A stranger with the same key sends a transaction. */
  | "stranger"
  /** The next broadcast reaches the node, but its answer is lost. */
  | "lost answer"
  /** The next call is answered 500. */
  | "broken"
  /** Fees double: what was offered before stays in the pool. */
  | "fee spike"
  /** They halve. */
  | "fee fall"
  /** The node tells an older transaction count. */
  | "stale";

/** How the chain is; the last two in wei. */
export interface SimulatedSettings {
  readonly blockSize: number;
  readonly poolSize: number;
  readonly confirmations: number;
  readonly maxPending: number;
  readonly balance?: bigint;
  readonly ceiling?: bigint;
  /** Whether its transactions are calls, each of which counts, and not creations, of which the second is reverted. */
  readonly isOfCalls?: boolean;
  /** What the node says to a broadcast instead of taking it. @param count of broadcasts, this one among them */
  readonly refuses?: (count: number) => string | undefined;
}

const HIGHEST_FEE = 1_000_000n;

interface Pooled {
  readonly transaction: Transaction;
  readonly hash: Hash;
}

/** A node in memory with a pool, blocks and a script of troubles, one taken at each look. For tests. */
export class SimulatedChain implements LaneChain {
  readonly name = "simulated chain";
  readonly sender: Address = "0x00000000000000000000000000000000000000aa";
  readonly pollMilliseconds = 0;
  readonly made: string[] = [];
  readonly #signed = new Map<Hex, Transaction>();
  readonly #receipts = new Map<Hash, Receipt>();
  #pool: Pooled[] = [];
  #block = 1;
  #mined = 0;
  #fee = 10n;
  #strangers = 0;
  #broadcasts = 0;
  #looks = 0;
  #next: Trouble = "none";

  /** @param blockSize transactions that fit into a block; @param poolSize transactions that the pool takes. */
  constructor(
    readonly troubles: Trouble[],
    readonly settings: SimulatedSettings,
  ) {}

  async sign(transaction: Transaction): Promise<Hex> {
    const raw = stringToHex(
      `${transaction.nonce} ${transaction.data} ${transaction.fee.max} ${transaction.fee.tip}`,
    );
    this.#signed.set(raw, transaction);
    return raw;
  }

  hashOf(raw: Hex): Hash {
    return keccak256(raw);
  }

  async broadcast(raw: Hex): Promise<void> {
    const trouble = this.#next;
    this.#next = "none";
    if (trouble === "broken") {
      throw new Error("HTTP request failed: internal error");
    }
    this.#broadcasts += 1;
    const refusal = this.settings.refuses?.(this.#broadcasts);
    if (refusal !== undefined) {
      throw new Error(refusal);
    }
    const transaction = this.#signed.get(raw) as Transaction;
    this.#take(transaction, this.hashOf(raw));
    if (trouble === "lost answer") {
      throw new Error("The request timed out.");
    }
  }

  async observe(hashes: readonly Hash[]): Promise<ChainSnapshot> {
    this.#looks += 1;
    if (this.#looks > 3000) {
      throw new Error(
        `stuck: ${JSON.stringify({ mined: this.#mined, pool: this.#pool }, (_, value) => (typeof value === "bigint" ? String(value) : value))}`,
      );
    }
    const trouble = this.troubles.shift() ?? "block";
    this.#apply(trouble);
    if (trouble === "broken") {
      throw new Error("HTTP request failed: internal error");
    }
    const stale = trouble === "stale" ? 1 : 0;
    const mined = Math.max(0, this.#mined - stale);
    const receipts = new Map(
      hashes.flatMap((hash) => {
        const receipt = this.#receipts.get(hash);
        return receipt === undefined ? [] : [[hash, receipt]];
      }),
    );
    const pooled = new Set(this.#pool.map(({ hash }) => hash));
    return {
      block: this.#block - stale,
      mined,
      pending: Math.max(mined, this.#pendingCount() - stale),
      receipts,
      forgotten: new Set(hashes.filter((hash) => !receipts.has(hash) && !pooled.has(hash))),
    };
  }

  async rules(): Promise<LaneRules> {
    const { confirmations, maxPending } = this.settings;
    return {
      confirmations,
      maxPending,
      patience: 2,
      fee: { max: this.#fee, tip: 1n },
      floor: this.#fee,
      ceiling: this.settings.ceiling ?? 10_000_000_000n,
    };
  }

  async balance(): Promise<bigint> {
    return this.settings.balance ?? 10n ** 18n;
  }

  /** Puts a transaction into the pool that a run before this one sent, or a stranger. @param max fee, in wei */
  leave(data: Hex, max: bigint): void {
    const fee = { max, tip: 0n };
    const transaction = {
      nonce: this.#pendingCount(),
      to: this.sender,
      data,
      value: 0n,
      gas: 0n,
      fee,
    } as const;
    this.#take(transaction, keccak256(concat([data, numberToHex(transaction.nonce)])), true);
  }

  #apply(trouble: Trouble): void {
    switch (trouble) {
      case "block":
        this.#mine();
        return;
      case "forget":
        this.#pool = [];
        return;
      case "stranger":
        this.#strangers += 1;
        this.#take(
          {
            nonce: this.#pendingCount(),
            to: this.sender,
            data: stringToHex(`stranger ${this.#strangers}`),
            value: 0n,
            gas: 0n,
            // It pays enough for every spike: a stranger's transaction that is stuck is not ours to replace.
            fee: { max: HIGHEST_FEE, tip: 1n },
          },
          keccak256(stringToHex(`stranger ${this.#strangers}`)),
          true,
        );
        return;
      case "fee spike":
        this.#fee = this.#fee * 2n > HIGHEST_FEE ? this.#fee : this.#fee * 2n;
        return;
      case "fee fall":
        this.#fee /= 2n;
        return;
      case "lost answer":
      case "broken":
        this.#next = trouble;
        return;
      default:
        return;
    }
  }

  #take(transaction: Transaction, hash: Hash, always = false): void {
    if (transaction.nonce < this.#mined) {
      throw new Error("nonce too low");
    }
    if (this.#pool.some((one) => one.hash === hash)) {
      throw new Error("already known");
    }
    const rival = this.#pool.find((one) => one.transaction.nonce === transaction.nonce);
    if (rival !== undefined && transaction.fee.max * 10n < rival.transaction.fee.max * 11n) {
      throw new Error("replacement transaction underpriced");
    }
    if (!always && rival === undefined && this.#pool.length >= this.settings.poolSize) {
      // What can be mined next takes the place of what cannot, as in geth's pool.
      const last = this.#pool.reduce((a, b) => (a.transaction.nonce > b.transaction.nonce ? a : b));
      if (transaction.nonce !== this.#pendingCount() || last.transaction.nonce < transaction.nonce) {
        throw new Error("txpool is full");
      }
      this.#pool = this.#pool.filter((one) => one !== last);
    }
    this.#pool = [...this.#pool.filter((one) => one !== rival), { transaction, hash }];
  }

  #mine(): void {
    this.#block += 1;
    for (let taken = 0; taken < this.settings.blockSize; taken += 1) {
      const next = this.#pool.find(
        ({ transaction }) => transaction.nonce === this.#mined && transaction.fee.max >= this.#fee,
      );
      if (next === undefined) {
        return;
      }
      this.#pool = this.#pool.filter((one) => one !== next);
      this.#mined += 1;
      const { data } = next.transaction;
      // As CREATE2 does: what is there already cannot be made again.
      const succeeded = this.settings.isOfCalls || !this.made.includes(data);
      if (succeeded) {
        this.made.push(data);
      }
      this.#receipts.set(next.hash, { hash: next.hash, block: this.#block, succeeded });
    }
  }

  #pendingCount(): number {
    let count = this.#mined;
    while (this.#pool.some(({ transaction }) => transaction.nonce === count)) {
      count += 1;
    }
    return count;
  }
}
