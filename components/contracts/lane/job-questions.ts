import type { Hash } from "viem";
import { ChainfleetError } from "../../error";
import { gasAboveBlockLimit } from "../rpc/gas";
import { isOutage } from "../rpc/refusal";
import type { Backlog, BacklogEntry } from "./backlog";
import { UnsettledError } from "./job";
import { dependencyFailed } from "./lane-errors";

/** The questions of a lane about single jobs. An answer may complete or fail the job. */
export class JobQuestions {
  /** The most gas that a block of the chain holds, as observed last. */
  blockGasLimit = 0n;

  /** @param chain the chain's name, for messages. */
  constructor(
    readonly chain: string,
    readonly backlog: Backlog,
  ) {}

  /** Asks for a new job's gas limit, unless the job ends because the chain shows its effect or its dependency failed. */
  async estimateGas(entry: BacklogEntry): Promise<void> {
    if (!(await this.hasEnded(entry.job.name)) && !this.failWithDependency(entry)) {
      entry.gas = await this.gasOf(entry);
    }
  }

  /** @returns undefined if the job failed, or if the node has no answer yet. */
  async gasOf(entry: BacklogEntry): Promise<bigint | undefined> {
    const { job } = entry;
    const gas = await this.#ask(entry, () => job.gas(this.backlog.missingFor(job)));
    if (gas !== undefined && gas > this.blockGasLimit) {
      const limits = { needed: gas, limit: this.blockGasLimit };
      this.backlog.fail([job.name], gasAboveBlockLimit(job.name, this.chain, limits), this.chain);
      return undefined;
    }
    return gas;
  }

  /** Fails a job if a job that it needs failed. @param reverted the job's transaction, if the missing job reverted it */
  failWithDependency({ job }: BacklogEntry, reverted?: Hash): boolean {
    const failure = this.backlog.failureBefore(job);
    if (failure === undefined) {
      return false;
    }
    const details = { ...failure, ...(reverted === undefined ? {} : { reverted }) };
    this.backlog.fail([job.name], dependencyFailed([job.name], this.chain, details), this.chain);
    return true;
  }

  /**
   * Asks a question about a job. An outage is thrown, as it concerns the whole lane. Any other error concerns the job
   * alone: the job fails, or waits behind the other jobs until the question is asked again.
   *
   * @returns undefined if there is no answer.
   */
  async #ask<Answer>(entry: BacklogEntry, question: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await question();
    } catch (error) {
      if (isOutage(error)) {
        throw error;
      }
      const { name } = entry.job;
      entry.failedQuestions += 1;
      if (error instanceof ChainfleetError || entry.failedQuestions >= MOST_FAILED_QUESTIONS) {
        const reason = error instanceof UnsettledError ? error.conclusion : (error as Error);
        this.backlog.fail([name], reason, this.chain);
      } else {
        this.backlog.postpone(name);
      }
      return undefined;
    }
  }

  /** Completes a job whose effect the chain shows. False if the job is still to be done; true if not, or not known. */
  async hasEnded(name: string): Promise<boolean> {
    const entry = this.backlog.entry(name);
    const isDone = await this.#ask(entry, () => entry.job.isDone());
    if (isDone) {
      this.backlog.complete(name, { kind: "already-done" });
    }
    return isDone !== false;
  }
}

/**
 * Errors of the node, other than outages, to questions about one job before the job fails. A waiting job is asked about
 * twice in a turn, so that this is some 20 seconds.
 */
const MOST_FAILED_QUESTIONS = 100;
