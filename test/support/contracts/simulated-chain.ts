import {
  type Address,
  concat,
  type Hash,
  type Hex,
  HttpRequestError,
  keccak256,
  numberToHex,
  stringToHex,
  TimeoutError,
} from "viem";
import type { LaneChain, Transaction } from "../../../components/contracts/lane/job";
import type { ChainSnapshot, LaneRules, Receipt } from "../../../components/contracts/lane/plan";
import type { Fee } from "../../../components/contracts/rpc/fee";
import { type Dialect, GETH, rpcError } from "./node-dialects";
import type { Fault, SimulatedSettings } from "./simulated-settings";

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
      throw new HttpRequestError({ url: "http://node", status: 500 });
    }
    this.#broadcasts += 1;
    const transaction = this.#signed.get(raw) as Transaction;
    const refusal = this.settings.refuses?.(this.#broadcasts, transaction.data);
    if (refusal !== undefined) {
      throw rpcError(refusal);
    }
    this.#accept(transaction, this.hashOf(raw));
    if (fault === "lost answer") {
      throw new TimeoutError({ body: {}, url: "http://node" });
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
      throw new HttpRequestError({ url: "http://node", status: 500 });
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
      fee: { max: this.#fee, tip: this.settings.tip ?? (this.#fee === 0n ? 0n : 1n) },
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
        this.#acceptForeign(this.#pendingCount(), { max: HIGHEST_FEE, tip: HIGHEST_FEE });
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
    if (rival !== undefined && this.#dialect.replaces(rival.transaction.fee, this.#foreignFee)) {
      this.#acceptForeign(this.#mined, this.#foreignFee);
    }
  }

  /** What another program offers that follows the chain's fee. */
  get #foreignFee(): Fee {
    return { max: this.#fee, tip: this.#fee === 0n ? 0n : 1n };
  }

  /** @param fee what the transaction offers for a unit of gas, in wei. */
  #acceptForeign(nonce: number, fee: Fee): void {
    this.#foreignTransactions += 1;
    const data = stringToHex(`foreign ${this.#foreignTransactions}`);
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
    if (rival !== undefined && !this.#dialect.replaces(rival.transaction.fee, transaction.fee)) {
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
