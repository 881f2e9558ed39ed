import { setTimeout as delay } from "node:timers/promises";
import type { Hex } from "viem";
import { capped, type Fee } from "../rpc/fee";
import { nodeMessage, refusal } from "../rpc/refusal";
import { Backlog, type BacklogEntry, payableOf } from "./backlog";
import { gapFillingJob, type Job, type JobResult, type LaneChain } from "./job";
import { JobQuestions } from "./job-questions";
import { noncesTaken, transactionRefused, transactionReverted } from "./lane-errors";
import { Outage } from "./outage";
import { type Action, type LaneRules, nextActions, type Receipt } from "./plan";
import { responseTo } from "./refusal-response";
import { SendPolicy } from "./send-policy";
import { fundsShortfall } from "./sender-funds";

/**
 * The transactions of one sender on one chain. Every job gets a nonce as soon as the mempool has room, without waiting
 * for a block. A dropped transaction is sent again, a stuck transaction is replaced with a higher fee, and a job whose
 * nonce another program used gets a new nonce. A job is done when the chain shows its effect, so no effect is caused
 * twice.
 */
export class Lane {
  readonly #backlog = new Backlog();
  /** How many transactions of the lane the node's mempool accepts, as far as the node's refusals have shown. */
  #mempoolRoom = Number.POSITIVE_INFINITY;
  #isRunning = false;
  /** The node's message about the last transaction, if the node did not accept that transaction. */
  #lastRefusal: string | undefined;
  #policy: SendPolicy;
  readonly #questions: JobQuestions;

  constructor(readonly chain: LaneChain) {
    this.#questions = new JobQuestions(chain.name, this.#backlog);
    this.#policy = new SendPolicy(chain);
  }

  /**
   * Does a job; a job of the same name that is not finished is shared.
   *
   * @returns when the transaction has the required confirmations, or at once if the chain shows the effect already.
   * @throws ChainfleetError if the job cannot be done.
   */
  do(job: Job): Promise<JobResult> {
    const existing = this.#backlog.find(job.name);
    if (existing !== undefined) {
      return existing.completion.promise;
    }
    const { completion } = this.#backlog.add(job);
    this.#backlog.queue(job.name);
    if (!this.#isRunning) {
      this.#isRunning = true;
      void this.#run();
    }
    return completion.promise;
  }

  async #run(): Promise<void> {
    const outage = new Outage();
    // Observations from before an idle time are outdated.
    this.#policy = new SendPolicy(this.chain);
    await this.#waitForArrivals();
    while (!this.#backlog.isEmpty) {
      try {
        await this.#turn();
        outage.recordAnswer();
      } catch (error) {
        outage.recordFailure();
        if (outage.isTooLong) {
          this.#fail(this.#backlog.names, error as Error);
        }
      }
      if (!this.#backlog.isEmpty) {
        await delay(this.chain.pollMilliseconds * outage.pauseFactor);
      }
    }
    // No `await` since the last check of the backlog: a job that arrives from now on starts the lane again.
    this.#isRunning = false;
  }

  /** Jobs that arrive together are sent together, and the total cost is checked before the first transaction is sent. */
  async #waitForArrivals(): Promise<void> {
    for (let pause = 0; pause < MOST_ARRIVAL_PAUSES; pause += 1) {
      const sizeBefore = this.#backlog.size;
      await delay(Math.min(ARRIVAL_MILLISECONDS, this.chain.pollMilliseconds));
      if (this.#backlog.size === sizeBefore) {
        return;
      }
    }
  }

  async #turn(): Promise<void> {
    const { inFlight } = this.#backlog;
    const hashes = inFlight.flatMap(({ broadcasts }) => broadcasts.map(({ hash }) => hash));
    const [snapshot, rules] = await Promise.all([this.chain.observe(hashes), this.chain.rules()]);
    this.#questions.blockGasLimit = rules.gasLimit;
    const decision = this.#policy.evaluate({
      snapshot,
      rules,
      inFlight,
      waiting: this.#backlog.waiting.map(({ job }) => job),
      refusal: this.#lastRefusal,
    });
    if (decision.kind === "stop") {
      this.#fail(this.#backlog.names, decision.error);
      return;
    }
    if (decision.kind === "proceed" && !(await this.#canPay(rules))) {
      return;
    }
    const maxPending = Math.min(rules.maxPending, this.#mempoolRoom);
    for (const action of nextActions(this.#backlog.state, snapshot, { ...rules, maxPending })) {
      if (decision.kind === "hold" && action.kind === "send") {
        continue;
      }
      if (!(await this.#perform(action, snapshot.block))) {
        break;
      }
    }
  }

  /** Whenever new jobs have arrived, checks that the sender can pay for all waiting jobs. */
  async #canPay({ fee, ceiling }: LaneRules): Promise<boolean> {
    const unestimated = this.#backlog.waiting.filter(({ gas }) => gas === undefined);
    if (unestimated.length === 0) {
      return true;
    }
    await Promise.all(unestimated.map((entry) => this.#questions.estimateGas(entry)));
    const { waiting, inFlight } = this.#backlog;
    const shortfall = fundsShortfall({
      chain: this.chain,
      waiting: waiting.map(payableOf),
      inFlight: inFlight.map(({ job }) => payableOf(this.#backlog.entry(job))),
      price: capped(fee, ceiling).max,
      balance: await this.chain.balance(),
    });
    if (shortfall !== undefined) {
      const names = waiting.map(({ job }) => job.name);
      this.#fail(names, shortfall);
    }
    return shortfall === undefined;
  }

  /** @returns false if the remaining actions of the turn may no longer be right. */
  async #perform(action: Action, block: number): Promise<boolean> {
    switch (action.kind) {
      case "finish":
        await this.#finish(action.job, action.receipt);
        return true;
      case "requeue":
        if (!this.#isNonceLost(action.job, block)) {
          return true;
        }
        return this.#requeue(action.job);
      case "rebroadcast":
        return this.#broadcast(action.job, this.#backlog.rawOf(action), block);
      case "bump":
        return this.#sign(action.job, action.nonce, action.fee, block);
      case "send":
        return (
          !(await this.#questions.hasEnded(action.job)) &&
          this.#sign(action.job, action.nonce, action.fee, block)
        );
      case "fill-gap":
        return this.#fillGap(action.nonce, action.fee, block);
    }
  }

  /** Makes a job wait whose nonce another transaction used. @returns false if the job has ended */
  async #requeue(name: string): Promise<boolean> {
    const { takenNonces } = this.#backlog.entry(name);
    takenNonces.push(...this.#backlog.noncesOf(name));
    this.#backlog.queue(name);
    if (await this.#questions.hasEnded(name)) {
      return false;
    }
    if (takenNonces.length >= MOST_TAKEN_NONCES) {
      this.#fail([name], noncesTaken(name, this.chain, takenNonces));
      return false;
    }
    return true;
  }

  async #finish(name: string, receipt: Receipt): Promise<void> {
    const entry = this.#backlog.entry(name);
    // The mempool has room again. If the lane now assumes too much room, the node refuses the next transaction.
    this.#mempoolRoom += 1;
    if (receipt.succeeded) {
      this.#backlog.complete(name, { kind: "mined", receipt });
      return;
    }
    // The transaction may have reverted because another program caused the effect first.
    if (await this.#questions.hasEnded(name)) {
      return;
    }
    if (this.#questions.failWithDependency(entry, receipt.hash)) {
      return;
    }
    // A revert says nothing about a job that was mined without a job that it needs.
    entry.reverts += this.#backlog.missingFor(entry.job).length === 0 ? 1 : 0;
    // The gas limit may have been too low; and the contracts that are called may exist now, so the node can estimate.
    delete entry.gas;
    if (entry.reverts >= MOST_REVERTS) {
      this.#fail([name], transactionReverted(name, this.chain, receipt, entry.reverts));
      return;
    }
    this.#backlog.queue(name);
  }

  /**
   * True if a transaction of another program used the job's nonce. One endpoint may have several nodes behind it: one
   * node counts a transaction for which another node has no receipt yet. Only the next block makes the loss certain.
   */
  #isNonceLost(name: string, block: number): boolean {
    const entry = this.#backlog.entry(name);
    entry.nonceTakenAt ??= block;
    return block > entry.nonceTakenAt;
  }

  async #sign(name: string, nonce: number, fee: Fee, block: number): Promise<boolean> {
    const entry = this.#backlog.entry(name);
    const { to, data, value } = entry.job;
    const gas = entry.gas ?? (await this.#questions.gasOf(entry));
    if (gas === undefined) {
      return false;
    }
    entry.gas = gas;
    entry.nonceTakenAt = undefined;
    const raw = await this.chain.sign({ nonce, to, data, value, gas, fee });
    const hash = this.chain.hashOf(raw);
    entry.signed.set(hash, raw);
    // Recorded before the broadcast: if the node's answer is lost, the transaction is still known.
    this.#backlog.launch(name, nonce, { hash, fee, block });
    return this.#broadcast(name, raw, block);
  }

  async #broadcast(name: string, raw: Hex, block: number): Promise<boolean> {
    try {
      await this.chain.broadcast(raw);
      this.#backlog.entry(name).wasTaken = true;
      this.#lastRefusal = undefined;
      return true;
    } catch (error) {
      this.#lastRefusal = nodeMessage(error as Error);
      return this.#handleRefusal(name, error as Error, block);
    }
  }

  #handleRefusal(name: string, error: Error, block: number): boolean {
    const response = responseTo(refusal(error));
    const entry = this.#backlog.entry(name);
    entry.wasTaken ||= response === "continue" || response === "observe";
    // After several broadcasts an earlier one may be in the mempool: the job keeps its nonce, only this bump failed.
    if (this.#backlog.hasOneBroadcast(name)) {
      if (response === "fail") {
        this.#fail([name], transactionRefused(name, this.chain, error));
      } else if (response === "requeue" || response === "requeue-and-limit") {
        this.#backlog.queue(name);
      }
    }
    if (response === "postpone" && !entry.wasTaken) {
      this.#handleNodeError(entry, error, block);
    }
    if (response === "requeue-and-limit") {
      this.#mempoolRoom = Math.max(1, this.#backlog.inFlight.length);
    }
    return response === "continue";
  }

  /** Lets the other jobs go first, and fails the job if the node never takes its transaction. */
  #handleNodeError({ job, nodeErrors }: BacklogEntry, error: Error, block: number): void {
    const verdict = nodeErrors.record(block, job.isIdempotent);
    if (verdict === "give-up") {
      this.#fail([job.name], transactionRefused(job.name, this.chain, error));
    } else if (verdict === "postpone") {
      this.#backlog.queue(job.name);
      this.#backlog.postpone(job.name);
    }
  }

  #fillGap(nonce: number, fee: Fee, block: number): Promise<boolean> {
    const job = gapFillingJob(this.chain, nonce);
    const { completion } = this.#backlog.add(job);
    // No caller waits for the gap filler. If it fails, the jobs with later nonces report what is wrong with the chain.
    completion.promise.catch(() => {});
    return this.#sign(job.name, nonce, fee, block);
  }

  #fail(names: readonly string[], error: Error): void {
    this.#backlog.fail(names, error, this.chain.name);
  }
}

/** Nonces that another program's transactions may take from a job before the job fails. */
const MOST_TAKEN_NONCES = 10;

/** Reverted transactions before a job fails: a dependency may have been mined too late once. */
const MOST_REVERTS = 3;

/** Pause in which further jobs may arrive before the lane starts, and the most such pauses. */
const ARRIVAL_MILLISECONDS = 40;
const MOST_ARRIVAL_PAUSES = 10;
