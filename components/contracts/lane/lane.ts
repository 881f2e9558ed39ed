import { setTimeout as delay } from "node:timers/promises";
import type { Hash, Hex } from "viem";
import { ChainfleetError } from "../../error";
import { type Deferred, deferred } from "./deferred";
import type { Done, Job, LaneChain } from "./job";
import { type Bill, lacking } from "./payment";
import {
  type Action,
  capped,
  type Fee,
  type Flight,
  type LaneRules,
  nextActions,
  type Receipt,
} from "./plan";
import { type Refusal, refusal } from "./refusal";
import { Restraint } from "./restraint";

/**
 * The transactions of one sender on one chain. Every job gets a nonce as soon as the pool has room, without
 * waiting for a block; what the node forgets is sent again, what is stuck pays more, a nonce that a stranger used
 * is replaced by another. A job is done when the chain shows its effect, so that nothing is ever made twice.
 */
export class Lane {
  readonly #jobs = new Map<string, Entry>();
  #flights: Flight[] = [];
  #waiting: string[] = [];
  #room = Number.POSITIVE_INFINITY;
  #isRunning = false;
  #sent = 0;
  #restraint: Restraint;

  constructor(readonly chain: LaneChain) {
    this.#restraint = new Restraint(chain);
  }

  /**
   * Does a job. Resolves when its transaction has the confirmations asked for, or at once if the chain shows the
   * effect already; rejects when it cannot be done.
   */
  do(job: Job): Promise<Done> {
    const known = this.#jobs.get(job.name);
    if (known !== undefined) {
      return known.end.promise;
    }
    const { end } = this.#add(job);
    this.#waiting.push(job.name);
    if (!this.#isRunning) {
      this.#isRunning = true;
      void this.#run();
    }
    return end.promise;
  }

  #add(job: Job): Entry {
    const entry = { job, end: deferred<Done>(), attempts: 0, raw: new Map() };
    this.#jobs.set(job.name, entry);
    return entry;
  }

  async #run(): Promise<void> {
    let silent = 0;
    // What was seen before a pause says nothing about now.
    this.#restraint = new Restraint(this.chain);
    await this.#gather();
    while (this.#jobs.size > 0) {
      try {
        await this.#turn();
        silent = 0;
      } catch (error) {
        silent += 1;
        if (silent >= PATIENT_TURNS) {
          this.#fail([...this.#jobs.keys()], error as Error);
        }
      }
      if (this.#jobs.size > 0) {
        await delay(this.chain.pollMilliseconds * Math.min(8, 1 + silent));
      }
    }
    // In the same breath as the last look at the jobs: one that comes now starts the lane anew.
    this.#isRunning = false;
  }

  /** Jobs that arrive together leave together, and their cost is known as a whole before the first is sent. */
  async #gather(): Promise<void> {
    for (let turn = 0; turn < GATHER_TURNS; turn += 1) {
      const before = this.#jobs.size;
      await delay(Math.min(GATHER_MILLISECONDS, this.chain.pollMilliseconds));
      if (this.#jobs.size === before) {
        return;
      }
    }
  }

  async #turn(): Promise<void> {
    const hashes = this.#flights.flatMap(({ broadcasts }) => broadcasts.map(({ hash }) => hash));
    const [sight, rules] = await Promise.all([this.chain.look(hashes), this.chain.rules()]);
    const verdict = this.#restraint.judge({
      sight,
      rules,
      flights: this.#flights,
      waiting: this.#waiting.map((name) => this.#entry(name).job),
      hasSent: this.#sent > 0,
    });
    if (typeof verdict === "object") {
      this.#fail([...this.#jobs.keys()], verdict);
      return;
    }
    if (verdict === "wait" || (verdict === "go" && !(await this.#canPay(rules)))) {
      return;
    }
    const lane = {
      flights: this.#flights,
      waiting: this.#waiting.map((job) => ({ job, after: this.#entry(job).job.after })),
    };
    const room = Math.min(rules.maxPending, this.#room);
    for (const action of nextActions(lane, sight, { ...rules, maxPending: room })) {
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
    const news = this.#waiting.map((name) => this.#entry(name)).filter(({ gas }) => gas === undefined);
    if (news.length === 0) {
      return true;
    }
    await Promise.all(news.map((entry) => this.#admit(entry)));
    const bills = (names: readonly string[]) => names.map((name) => billOf(this.#entry(name)));
    const inAir = bills(this.#flights.map(({ job }) => job));
    const price = capped(fee, ceiling).max;
    const missing = lacking(this.chain, bills(this.#waiting), inAir, price, await this.chain.balance());
    if (missing !== undefined) {
      this.#fail([...this.#waiting], missing);
    }
    return missing === undefined;
  }

  /** What a new job costs, if the chain does not have its effect already. */
  async #admit(entry: Entry): Promise<void> {
    if (await this.#isDoneAlready(entry.job.name)) {
      return;
    }
    try {
      entry.gas = await entry.job.gas();
    } catch (error) {
      if (!(error instanceof ChainfleetError)) {
        throw error;
      }
      this.#fail([entry.job.name], error);
    }
  }

  /** @returns whether the actions that follow still hold. */
  async #perform(action: Action, block: number): Promise<boolean> {
    switch (action.do) {
      case "finish":
        await this.#finish(action.job, action.receipt);
        return true;
      case "requeue":
        this.#requeue(action.job);
        return !(await this.#isDoneAlready(action.job));
      case "resend":
        return this.#broadcast(action.job, this.#entry(action.job).raw.get(action.hash) ?? "0x");
      case "bump":
        return this.#sign(action.job, action.nonce, action.fee, block);
      case "send":
        if (await this.#isDoneAlready(action.job)) {
          return false;
        }
        return this.#sign(action.job, action.nonce, action.fee, block);
      case "fill":
        return this.#fill(action.nonce, action.fee, block);
    }
  }

  async #finish(name: string, receipt: Receipt): Promise<void> {
    const entry = this.#entry(name);
    this.#flights = this.#flights.filter(({ job }) => job !== name);
    if (receipt.succeeded || (await entry.job.isDone())) {
      this.#jobs.delete(name);
      // There is room in the pool again; how much, the node says if it is too much.
      this.#room += 1;
      entry.end.resolve(receipt);
      return;
    }
    entry.attempts += 1;
    // It may have been too little; and what it calls may be there by now, so that the node can tell.
    delete entry.gas;
    if (entry.attempts >= ATTEMPTS) {
      this.#fail(
        [name],
        new ChainfleetError(
          `${name} on ${this.chain.name}: transaction ${receipt.hash} in block ${receipt.block} was reverted, ${entry.attempts} times in all.`,
          "Look at it with: cast run <transaction> --rpc-url <the chain's>. Its constructor or the contract that it calls refuses it.",
        ),
      );
      return;
    }
    this.#waiting.push(name);
  }

  async #isDoneAlready(name: string): Promise<boolean> {
    const entry = this.#entry(name);
    if (!(await entry.job.isDone())) {
      return false;
    }
    this.#waiting = this.#waiting.filter((job) => job !== name);
    this.#jobs.delete(name);
    entry.end.resolve(undefined);
    return true;
  }

  async #sign(name: string, nonce: number, fee: Fee, block: number): Promise<boolean> {
    const entry = this.#entry(name);
    const { to, data, value } = entry.job;
    const gas = entry.gas ?? (await entry.job.gas());
    entry.gas = gas;
    const raw = await this.chain.sign({ nonce, to, data, value, gas, fee });
    const hash = this.chain.hashOf(raw);
    this.#sent += 1;
    entry.raw.set(hash, raw);
    const before = this.#flights.find(({ job }) => job === name);
    // Noted before it is sent: an answer that is lost does not lose the transaction.
    this.#flights = [
      ...this.#flights.filter(({ job }) => job !== name),
      { job: name, nonce, broadcasts: [...(before?.broadcasts ?? []), { hash, fee, block }] },
    ].sort((a, b) => a.nonce - b.nonce);
    this.#waiting = this.#waiting.filter((job) => job !== name);
    return this.#broadcast(name, raw);
  }

  async #broadcast(name: string, raw: Hex): Promise<boolean> {
    try {
      await this.chain.broadcast(raw);
      return true;
    } catch (error) {
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
      case "underpriced":
        // Somebody else's transaction holds the nonce in the pool: the next one is free.
        if (this.#isFirstBroadcast(name)) {
          this.#requeue(name);
        }
        return false;
      case "fee too low":
        // If it is in no pool its nonce is free, and the next turn asks for the fee of that moment.
        if (this.#isFirstBroadcast(name)) {
          this.#requeue(name);
        }
        return false;
      case "pool full":
        this.#requeue(name);
        this.#room = Math.max(1, this.#flights.length);
        return false;
      case "refused":
        // An earlier broadcast of it may be in the pool: then it is only not bumped.
        if (this.#isFirstBroadcast(name)) {
          this.#fail([name], error);
        }
        return false;
    }
  }

  #isFirstBroadcast(name: string): boolean {
    return this.#flights.find(({ job }) => job === name)?.broadcasts.length === 1;
  }

  /** Takes the nonce from a job; it keeps its place before those that came later. */
  #requeue(name: string): void {
    this.#flights = this.#flights.filter(({ job }) => job !== name);
    const order = [...this.#jobs.keys()];
    this.#waiting = [...this.#waiting.filter((job) => job !== name), name].sort(
      (a, b) => order.indexOf(a) - order.indexOf(b),
    );
  }

  /** An empty transaction to ourselves, looked after like any other; nobody misses it if the nonce is used. */
  #fill(nonce: number, fee: Fee, block: number): Promise<boolean> {
    const name = `nonce ${nonce}`;
    const { end } = this.#add({
      name,
      to: this.chain.sender,
      data: "0x",
      value: 0n,
      after: [],
      gas: async () => 21_000n,
      isDone: async () => true,
    });
    // Nobody waits for it; what is wrong with the chain, the jobs behind it tell.
    end.promise.catch(() => {});
    return this.#sign(name, nonce, fee, block);
  }

  /** Ends jobs, and those that come after them and are not sent yet: their constructors would call nothing. */
  #fail(names: readonly string[], error: Error): void {
    for (const name of names) {
      const entry = this.#jobs.get(name);
      this.#jobs.delete(name);
      this.#flights = this.#flights.filter(({ job }) => job !== name);
      this.#waiting = this.#waiting.filter((job) => job !== name);
      entry?.end.reject(error);
    }
    for (const name of names) {
      const behind = this.#waiting.filter((job) => this.#entry(job).job.after.includes(name));
      if (behind.length > 0) {
        this.#fail(
          behind,
          new ChainfleetError(
            `${behind.join(", ")} on ${this.chain.name}: not sent, as ${name} failed.`,
            "Run again when that is put right.",
          ),
        );
      }
    }
  }

  #entry(name: string): Entry {
    const entry = this.#jobs.get(name);
    if (entry === undefined) {
      throw new Error(`the lane has no job ${name}`);
    }
    return entry;
  }
}

/** How often a transaction may be reverted before its job is given up: a dependency may have been late once. */
const ATTEMPTS = 3;

/** How long jobs that arrive together are waited for: from one to the next, and how often. */
const GATHER_MILLISECONDS = 40;
const GATHER_TURNS = 10;

/** Turns in a row without an answer before everything is given up: some minutes, with the growing pauses. */
const PATIENT_TURNS = 60;

interface Entry {
  readonly job: Job;
  readonly end: Deferred<Done>;
  /** How many of its transactions were reverted. */
  attempts: number;
  /** Signed transactions by hash. */
  readonly raw: Map<Hash, Hex>;
  gas?: bigint | undefined;
}

function billOf({ job, gas = 0n }: Entry): Bill {
  return { name: job.name, gas, value: job.value };
}
