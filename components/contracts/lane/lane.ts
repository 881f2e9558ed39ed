import { setTimeout as delay } from "node:timers/promises";
import type { Hex } from "viem";
import { ChainfleetError } from "../../error";
import { capped, type Fee } from "../rpc/fee";
import { type Refusal, refusal, wordsOf } from "../rpc/refusal";
import { Backlog, type Entry } from "./backlog";
import type { Done, Job, LaneChain } from "./job";
import { type Bill, lacking } from "./payment";
import { type Action, type LaneRules, nextActions, type Receipt } from "./plan";
import { SendPolicy } from "./restraint";

/**
 * The transactions of one sender on one chain. Every job gets a nonce as soon as the pool has room, without
 * waiting for a block; what the node forgets is sent again, what is stuck pays more, a nonce that a stranger used
 * is replaced by another. A job is done when the chain shows its effect, so that nothing is ever made twice.
 */
export class Lane {
  readonly #backlog = new Backlog();
  #room = Number.POSITIVE_INFINITY;
  #isRunning = false;
  /** What the node said of the last transaction that it did not take. */
  #refusal: string | undefined;
  #restraint: SendPolicy;

  constructor(readonly chain: LaneChain) {
    this.#restraint = new SendPolicy(chain);
  }

  /**
   * Does a job. Resolves when its transaction has the confirmations asked for, or at once if the chain shows the
   * effect already; rejects when it cannot be done.
   */
  do(job: Job): Promise<Done> {
    const known = this.#backlog.find(job.name);
    if (known !== undefined) {
      return known.end.promise;
    }
    const { end } = this.#backlog.add(job);
    this.#backlog.queue(job.name);
    if (!this.#isRunning) {
      this.#isRunning = true;
      void this.#run();
    }
    return end.promise;
  }

  async #run(): Promise<void> {
    let silent = 0;
    let answeredAt = Date.now();
    // What was seen before a pause says nothing about now.
    this.#restraint = new SendPolicy(this.chain);
    await this.#gather();
    while (!this.#backlog.isEmpty) {
      try {
        await this.#turn();
        silent = 0;
        answeredAt = Date.now();
      } catch (error) {
        silent += 1;
        if (silent >= PATIENT_TURNS || Date.now() - answeredAt >= PATIENT_MILLISECONDS) {
          this.#fail(this.#backlog.names, error as Error);
        }
      }
      if (!this.#backlog.isEmpty) {
        await delay(this.chain.pollMilliseconds * Math.min(8, 1 + silent));
      }
    }
    // In the same breath as the last look at the jobs: one that comes now starts the lane anew.
    this.#isRunning = false;
  }

  /** Jobs that arrive together leave together, and their cost is known as a whole before the first is sent. */
  async #gather(): Promise<void> {
    for (let turn = 0; turn < GATHER_TURNS; turn += 1) {
      const before = this.#backlog.size;
      await delay(Math.min(GATHER_MILLISECONDS, this.chain.pollMilliseconds));
      if (this.#backlog.size === before) {
        return;
      }
    }
  }

  async #turn(): Promise<void> {
    const { flights } = this.#backlog;
    const hashes = flights.flatMap(({ broadcasts }) => broadcasts.map(({ hash }) => hash));
    const [sight, rules] = await Promise.all([this.chain.observe(hashes), this.chain.rules()]);
    const verdict = this.#restraint.evaluate({
      sight,
      rules,
      flights,
      waiting: this.#backlog.waiting.map(({ job }) => job),
      refusal: this.#refusal,
    });
    if (typeof verdict === "object") {
      this.#fail(this.#backlog.names, verdict);
      return;
    }
    if (verdict === "go" && !(await this.#canPay(rules))) {
      return;
    }
    const room = Math.min(rules.maxPending, this.#room);
    for (const action of nextActions(this.#backlog.state, sight, { ...rules, maxPending: room })) {
      if (verdict === "send nothing new" && action.do === "send") {
        continue;
      }
      if (!(await this.#perform(action, sight.block))) {
        break;
      }
    }
  }

  /** Makes sure, whenever jobs have come, that the sender can pay for all that wait. */
  async #canPay({ fee, ceiling }: LaneRules): Promise<boolean> {
    const news = this.#backlog.waiting.filter(({ gas }) => gas === undefined);
    if (news.length === 0) {
      return true;
    }
    await Promise.all(news.map((entry) => this.#admit(entry)));
    const { waiting, flights } = this.#backlog;
    const inAir = flights.map(({ job }) => billOf(this.#backlog.entry(job)));
    const price = capped(fee, ceiling).max;
    const missing = lacking(this.chain, waiting.map(billOf), inAir, price, await this.chain.balance());
    if (missing !== undefined) {
      this.#fail(
        waiting.map(({ job }) => job.name),
        missing,
      );
    }
    return missing === undefined;
  }

  /** What a new job costs, if the chain does not have its effect already. */
  async #admit(entry: Entry): Promise<void> {
    if (!(await this.#isOver(entry.job.name))) {
      entry.gas = await this.#asked(entry, () => entry.job.gas());
    }
  }

  /**
   * Asks something about a job. What is wrong with the job ends it and no other; what is wrong with the network is
   * everybody's.
   *
   * @returns undefined when it ended.
   */
  async #asked<Answer>(entry: Entry, question: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await question();
    } catch (error) {
      entry.errors += refusal(error) === "unanswered" ? 0 : 1;
      if (error instanceof ChainfleetError || entry.errors >= PATIENT_QUESTIONS) {
        this.#fail([entry.job.name], error as Error);
        return undefined;
      }
      throw error;
    }
  }

  /** @returns whether the actions that follow still hold. */
  async #perform(action: Action, block: number): Promise<boolean> {
    switch (action.do) {
      case "finish":
        await this.#finish(action.job, action.receipt);
        return true;
      case "requeue":
        if (!this.#isLost(action.job, block)) {
          return true;
        }
        this.#backlog.queue(action.job);
        return !(await this.#isOver(action.job));
      case "resend":
        return this.#broadcast(action.job, this.#backlog.entry(action.job).raw.get(action.hash) ?? "0x");
      case "bump":
        return this.#sign(action.job, action.nonce, action.fee, block);
      case "send":
        if (await this.#isOver(action.job)) {
          return false;
        }
        return this.#sign(action.job, action.nonce, action.fee, block);
      case "fill":
        return this.#fill(action.nonce, action.fee, block);
    }
  }

  async #finish(name: string, receipt: Receipt): Promise<void> {
    const entry = this.#backlog.entry(name);
    // There is room in the pool again; how much, the node says if it is too much.
    this.#room += 1;
    if (receipt.succeeded) {
      this.#backlog.complete(name, receipt);
      return;
    }
    // Another made it in between: then it was not this transaction.
    if (await this.#isOver(name)) {
      return;
    }
    entry.attempts += 1;
    // It may have been too little; and what it calls may be there by now, so that the node can tell.
    delete entry.gas;
    if (entry.attempts >= ATTEMPTS) {
      this.#fail(
        [name],
        new ChainfleetError({
          code: "TODO",
          summary: `${name} on ${this.chain.name}: transaction ${receipt.hash} in block ${receipt.block} was reverted, ${entry.attempts} times in all.`,
          next: "Look at it with: cast run <transaction> --rpc-url <the chain's>. Its constructor or the contract that it calls refuses it.",
        }),
      );
      return;
    }
    this.#backlog.queue(name);
  }

  /** Whether a job needs no transaction any more: the chain has its effect, or nobody can tell whether it has. */
  async #isOver(name: string): Promise<boolean> {
    const entry = this.#backlog.entry(name);
    const isDone = await this.#asked(entry, () => entry.job.isDone());
    if (isDone) {
      this.#backlog.complete(name, undefined);
    }
    return isDone !== false;
  }

  /**
   * Whether the nonce of a job was taken by a transaction that is not ours. Behind an endpoint may be several nodes,
   * of which one counts a transaction whose receipt another does not have yet: only the next block makes it sure.
   */
  #isLost(name: string, block: number): boolean {
    const entry = this.#backlog.entry(name);
    entry.lostAt ??= block;
    return block > entry.lostAt;
  }

  async #sign(name: string, nonce: number, fee: Fee, block: number): Promise<boolean> {
    const entry = this.#backlog.entry(name);
    const { to, data, value } = entry.job;
    const gas = entry.gas ?? (await this.#asked(entry, () => entry.job.gas()));
    if (gas === undefined) {
      return false;
    }
    entry.gas = gas;
    entry.lostAt = undefined;
    const raw = await this.chain.sign({ nonce, to, data, value, gas, fee });
    const hash = this.chain.hashOf(raw);
    entry.raw.set(hash, raw);
    // Noted before it is sent: an answer that is lost does not lose the transaction.
    this.#backlog.launch(name, nonce, { hash, fee, block });
    return this.#broadcast(name, raw);
  }

  async #broadcast(name: string, raw: Hex): Promise<boolean> {
    try {
      await this.chain.broadcast(raw);
      this.#refusal = undefined;
      return true;
    } catch (error) {
      this.#refusal = wordsOf(error as Error);
      return this.#refused(name, refusal(error), error as Error);
    }
  }

  #refused(name: string, reason: Refusal, error: Error): boolean {
    switch (reason) {
      case "known":
        return true;
      case "unanswered":
        // Whether the node has it, the next look tells.
        return false;
      case "nonce used":
        // Ours or a stranger's, the next look tells: a flight without a receipt is queued again there.
        return false;
      // Somebody else's transaction holds the nonce in the pool: the next one is free.
      case "underpriced":
      // If it is in no pool its nonce is free, and the next turn asks for the fee of that moment.
      case "fee too low":
        if (this.#backlog.isFirstBroadcast(name)) {
          this.#backlog.queue(name);
        }
        return false;
      case "pool full":
        // An earlier broadcast of it may be in the pool: then it is only not bumped.
        if (this.#backlog.isFirstBroadcast(name)) {
          this.#backlog.queue(name);
        }
        this.#room = Math.max(1, this.#backlog.flights.length);
        return false;
      case "refused":
        if (this.#backlog.isFirstBroadcast(name)) {
          this.#fail([name], error);
        }
        return false;
    }
  }

  /** An empty transaction to ourselves, looked after like any other; nobody misses it if the nonce is used. */
  #fill(nonce: number, fee: Fee, block: number): Promise<boolean> {
    const name = `nonce ${nonce}`;
    const { end } = this.#backlog.add({
      name,
      to: this.chain.sender,
      data: "0x",
      value: 0n,
      isIdempotent: true,
      after: [],
      gas: async () => 21_000n,
      isDone: async () => true,
    });
    // Nobody waits for it; what is wrong with the chain, the jobs behind it tell.
    end.promise.catch(() => {});
    return this.#sign(name, nonce, fee, block);
  }

  #fail(names: readonly string[], error: Error): void {
    this.#backlog.fail(names, error, this.chain.name);
  }
}

/** How often a transaction may be reverted before its job is given up: a dependency may have been late once. */
const ATTEMPTS = 3;

/** How long jobs that arrive together are waited for: from one to the next, and how often. */
const GATHER_MILLISECONDS = 40;
const GATHER_TURNS = 10;

/** Turns in a row without an answer before everything is given up: three minutes, with the growing pauses. */
const PATIENT_TURNS = 60;
/** The same where each answer takes long to fail. */
const PATIENT_MILLISECONDS = 5 * 60_000;
/** Errors that a node may answer to questions about one job before that is given up. */
const PATIENT_QUESTIONS = 20;

function billOf({ job, gas = 0n }: Entry): Bill {
  return { name: job.name, gas, value: job.value };
}
