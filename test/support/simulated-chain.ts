import { type Address, concat, type Hash, type Hex, keccak256, numberToHex, stringToHex } from "viem";
import type { LaneChain, Transaction } from "../../components/contracts/lane/job";
import type { ChainSnapshot, LaneRules, Receipt } from "../../components/contracts/lane/plan";
import { type Dialect, GETH, type NodeError, rpcError } from "./node-dialects";

/** An event at a simulated node before an observation. */
export type Fault =
  | "none"
  /** A block is mined. */
  | "block"
  /** The node restarts and loses its mempool. */
  | "mempool lost"
  /** Another program with the same key sends a transaction. */
  | "foreign transaction"
  /** Another program with the same key replaces the pending transaction with the lowest nonce, if the node lets it. */
  | "foreign replacement"
  /** The same, and a block takes the replacement before the lane can see it. */
  | "foreign replacement mined"
  /** The next broadcast reaches the node, but the node's answer is lost. */
  | "lost answer"
  /** The next call is answered with status 500. */
  | "server error"
  /** Fees double; transactions with a lower offer stay in the mempool. */
  | "fee spike"
  /** Fees halve. */
  | "fee fall"
  /** The node answers with an older block and transaction count. */
  | "stale";

/** The chain's limits. */
export interface SimulatedSettings {
  /** Transactions that fit into a block. */
  readonly blockSize: number;
  /** Transactions that the mempool accepts. */
  readonly poolSize: number;
  readonly confirmations: number;
  readonly maxPending: number;
  /** The sender's balance, in wei. @default one ether */
  readonly balance?: bigint;
  /** The fee ceiling, in wei. @default 10 gwei */
  readonly ceiling?: bigint;
  /** True if transactions are calls, which succeed again; false if they are creations, whose repetition reverts. */
  readonly allowsRepetition?: boolean;
  /** How the node words its refusals, and which replacements it takes. @default geth's */
  readonly dialect?: Dialect;
  /** What a unit of gas costs in the beginning, in wei. @default 10 wei */
  readonly fee?: bigint;
  /** The most gas that a block holds. @default 30 million */
  readonly gasLimit?: bigint;
  /** By a transaction's data, the data of the transaction without whose effect it is reverted. */
  readonly needs?: ReadonlyMap<Hex, Hex>;
  /** The error with which the node refuses a broadcast. @param count number of broadcasts, including this one */
  readonly refuses?: (count: number) => NodeError | undefined;
}

const HIGHEST_FEE = 1_000_000n;

interface Pooled {
  readonly transaction: Transaction;
  readonly hash: Hash;
}

/** A node in memory with a mempool, blocks and a script of faults: each observation takes one fault. For tests. */
export class SimulatedChain implements LaneChain {
  readonly name = "simulated chain";
  readonly sender: Address = "0x00000000000000000000000000000000000000aa";
  readonly pollMilliseconds = 0;
  /** Data of the transactions that succeeded, in order. */
  readonly executed: string[] = [];
  readonly #signed = new Map<Hex, Transaction>();
  readonly #receipts = new Map<Hash, Receipt>();
  #pool: Pooled[] = [];
  #block = 1;
  #mined = 0;
  #fee: bigint;
  #foreignTransactions = 0;
  #broadcasts = 0;
  #observations = 0;
  #pendingFault: Fault = "none";

  constructor(
    readonly faults: Fault[],
    readonly settings: SimulatedSettings,
  ) {
    this.#fee = settings.fee ?? 10n;
  }

  /** Number of transactions that programs have handed to the node. */
  get broadcasts(): number {
    return this.#broadcasts;
  }

  get #dialect(): Dialect {
    return this.settings.dialect ?? GETH;
  }

  get #gasLimit(): bigint {
    return this.settings.gasLimit ?? 30_000_000n;
  }

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
    const fault = this.#pendingFault;
    this.#pendingFault = "none";
    if (fault === "server error") {
      throw new Error("HTTP request failed: internal error");
    }
    this.#broadcasts += 1;
    const refusal = this.settings.refuses?.(this.#broadcasts);
    if (refusal !== undefined) {
      throw rpcError(refusal);
    }
    const transaction = this.#signed.get(raw) as Transaction;
    this.#accept(transaction, this.hashOf(raw));
    if (fault === "lost answer") {
      throw new Error("The request timed out.");
    }
  }

  async observe(hashes: readonly Hash[]): Promise<ChainSnapshot> {
    this.#observations += 1;
    if (this.#observations > 3000) {
      throw new Error(
        `stuck: ${JSON.stringify({ mined: this.#mined, pool: this.#pool }, (_, value) => (typeof value === "bigint" ? String(value) : value))}`,
      );
    }
    const fault = this.faults.shift() ?? "block";
    this.#apply(fault);
    if (fault === "server error") {
      throw new Error("HTTP request failed: internal error");
    }
    const stale = fault === "stale" ? 1 : 0;
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
      dropped: new Set(hashes.filter((hash) => !receipts.has(hash) && !pooled.has(hash))),
    };
  }

  async rules(): Promise<LaneRules> {
    const { confirmations, maxPending } = this.settings;
    return {
      confirmations,
      maxPending,
      patience: 2,
      fee: { max: this.#fee, tip: this.#fee === 0n ? 0n : 1n },
      floor: this.#fee,
      ceiling: this.settings.ceiling ?? 10_000_000_000n,
      gasLimit: this.#gasLimit,
    };
  }

  async balance(): Promise<bigint> {
    return this.settings.balance ?? 10n ** 18n;
  }

  /** Puts a transaction into the mempool that an earlier run or another program sent. @param max fee, in wei */
  addEarlierTransaction(data: Hex, max: bigint): void {
    const fee = { max, tip: 0n };
    const transaction = {
      nonce: this.#pendingCount(),
      to: this.sender,
      data,
      value: 0n,
      gas: 0n,
      fee,
    } as const;
    this.#accept(transaction, keccak256(concat([data, numberToHex(transaction.nonce)])), {
      ignoresPoolSize: true,
    });
  }

  #apply(fault: Fault): void {
    switch (fault) {
      case "block":
        this.#mine();
        return;
      case "mempool lost":
        this.#pool = [];
        return;
      case "foreign transaction":
        // The fee is enough for every spike: a lane must not replace a stuck transaction of another program.
        this.#acceptForeign(this.#pendingCount(), HIGHEST_FEE);
        return;
      case "foreign replacement":
        this.#replaceByForeign();
        return;
      case "foreign replacement mined":
        this.#replaceByForeign();
        this.#mine();
        return;
      case "fee spike":
        this.#fee = this.#fee * 2n > HIGHEST_FEE ? this.#fee : this.#fee * 2n;
        return;
      case "fee fall":
        this.#fee /= 2n;
        return;
      case "lost answer":
      case "server error":
        this.#pendingFault = fault;
        return;
      default:
        return;
    }
  }

  #replaceByForeign(): void {
    const rival = this.#pool.find(({ transaction }) => transaction.nonce === this.#mined);
    if (rival !== undefined && this.#dialect.replaces(rival.transaction.fee.max, this.#fee)) {
      this.#acceptForeign(this.#mined, this.#fee);
    }
  }

  /** @param max what the transaction offers for a unit of gas, in wei. */
  #acceptForeign(nonce: number, max: bigint): void {
    this.#foreignTransactions += 1;
    const data = stringToHex(`foreign ${this.#foreignTransactions}`);
    const fee = { max, tip: 0n };
    this.#accept({ nonce, to: this.sender, data, value: 0n, gas: 0n, fee }, keccak256(data), {
      ignoresPoolSize: true,
    });
  }

  #accept(
    transaction: Transaction,
    hash: Hash,
    options: { readonly ignoresPoolSize: boolean } = { ignoresPoolSize: false },
  ): void {
    if (transaction.nonce < this.#mined) {
      throw rpcError(this.#dialect.nonceUsed);
    }
    if (this.#pool.some((pooled) => pooled.hash === hash)) {
      throw rpcError(this.#dialect.known);
    }
    // No block can hold the transaction; geth checks this in txpool.ValidateTransaction, Besu in TransactionPool.
    if (transaction.gas > this.#gasLimit) {
      throw rpcError(this.#dialect.aboveBlockGasLimit);
    }
    const rival = this.#pool.find((pooled) => pooled.transaction.nonce === transaction.nonce);
    if (rival !== undefined && !this.#dialect.replaces(rival.transaction.fee.max, transaction.fee.max)) {
      throw rpcError(this.#dialect.underpriced);
    }
    if (!options.ignoresPoolSize && rival === undefined && this.#pool.length >= this.settings.poolSize) {
      // As in geth's mempool, a transaction that can be mined next evicts a transaction that cannot.
      const last = this.#pool.reduce((a, b) => (a.transaction.nonce > b.transaction.nonce ? a : b));
      if (transaction.nonce !== this.#pendingCount() || last.transaction.nonce < transaction.nonce) {
        throw rpcError(this.#dialect.poolFull);
      }
      this.#pool = this.#pool.filter((pooled) => pooled !== last);
    }
    this.#pool = [...this.#pool.filter((pooled) => pooled !== rival), { transaction, hash }];
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
      this.#pool = this.#pool.filter((pooled) => pooled !== next);
      this.#mined += 1;
      const { data } = next.transaction;
      // As with CREATE2: a contract that exists already cannot be created again.
      const isNew = this.settings.allowsRepetition || !this.executed.includes(data);
      const needed = this.settings.needs?.get(data);
      const succeeded = isNew && (needed === undefined || this.executed.includes(needed));
      if (succeeded) {
        this.executed.push(data);
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
