import pDefer, { type DeferredPromise } from "p-defer";
import type { Hash, Hex } from "viem";
import { ChainfleetError } from "../../error";
import type { Job, JobResult } from "./job";
import { type DependencyFailure, dependencyFailed } from "./lane-errors";
import { NodeErrors } from "./node-errors";
import type { Broadcast, InFlightTransaction, LaneState } from "./plan";
import type { PayableTransaction } from "./sender-funds";

/** An unfinished job, and what the lane has learned about the job. */
export interface BacklogEntry {
  readonly job: Job;
  readonly completion: DeferredPromise<JobResult>;
  /** Number of the job's transactions that were reverted. */
  reverts: number;
  /** The nonces of the job that transactions of another program used. */
  readonly takenNonces: number[];
  /** Number of questions about the job that failed for another reason than the network. */
  failedQuestions: number;
  /** Whether the node took a transaction with the job's present nonce, or may have taken one without an answer. */
  wasTaken: boolean;
  /** The broadcasts at which the node failed without a reason. */
  readonly nodeErrors: NodeErrors;
  /** Block in which an unknown transaction was first seen using this job's nonce. */
  nonceTakenAt?: number | undefined;
  /** The job's signed transactions by hash. */
  readonly signed: Map<Hash, Hex>;
  /** Gas limit of the transaction; undefined until asked for. */
  gas?: bigint | undefined;
}

/** What a job's transaction may cost; without gas as long as the gas limit is unknown. */
export function payableOf({ job, gas = 0n }: BacklogEntry): PayableTransaction {
  return { name: job.name, gas, value: job.value, insteadOfPaying: job.insteadOfPaying };
}

/** The unfinished jobs of a lane: jobs with a nonce are in flight, all other jobs wait. Never talks to the chain. */
export class Backlog {
  readonly #entries = new Map<string, BacklogEntry>();
  #inFlight: readonly InFlightTransaction[] = [];
  #waiting: readonly string[] = [];
  /** The errors of the jobs that failed, by name. */
  readonly #failures = new Map<string, Error>();

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Names of all jobs, in the order of their arrival; postponed jobs come last. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** Ascending by nonce. */
  get inFlight(): readonly InFlightTransaction[] {
    return this.#inFlight;
  }

  /** Jobs without a nonce. */
  get waiting(): BacklogEntry[] {
    return this.#waiting.map((name) => this.entry(name));
  }

  get state(): LaneState {
    return {
      inFlight: this.#inFlight,
      waiting: this.waiting.map(({ job: { name, after } }) => ({ job: name, after })),
    };
  }

  find(name: string): BacklogEntry | undefined {
    return this.#entries.get(name);
  }

  entry(name: string): BacklogEntry {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new Error(`the lane has no job ${name}`);
    }
    return entry;
  }

  /** The jobs of a job's `after` that the lane has not finished. */
  missingFor({ after }: Job): string[] {
    return after.filter((name) => this.#entries.has(name));
  }

  /** The first job of a job's `after` that failed. */
  failureBefore({ after }: Job): Pick<DependencyFailure, "dependency" | "cause"> | undefined {
    for (const dependency of after) {
      const cause = this.#failures.get(dependency);
      if (cause !== undefined) {
        return { dependency, cause: firstCause(cause) };
      }
    }
    return undefined;
  }

  /** Adds a job that neither waits nor is in flight yet: the caller queues or launches the job next. */
  add(job: Job): BacklogEntry {
    const entry = {
      job,
      completion: pDefer<JobResult>(),
      reverts: 0,
      takenNonces: [],
      failedQuestions: 0,
      wasTaken: false,
      nodeErrors: new NodeErrors(),
      signed: new Map(),
    };
    this.#failures.delete(job.name);
    this.#entries.set(job.name, entry);
    return entry;
  }

  /** Makes a job wait, without a nonce. The job keeps its place before jobs that arrived later. */
  queue(name: string): void {
    this.#leave(name);
    this.entry(name).wasTaken = false;
    const order = this.names;
    this.#waiting = [...this.#waiting, name].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  }

  /** Puts a waiting job behind all other jobs, because the node has no good answer about the job. */
  postpone(name: string): void {
    const entry = this.#entries.get(name);
    if (entry !== undefined && this.#waiting.includes(name)) {
      this.#entries.delete(name);
      this.#entries.set(name, entry);
      this.queue(name);
    }
  }

  /** Records a broadcast of a job's transaction: the first one, or a further one with the same nonce. */
  launch(name: string, nonce: number, broadcast: Broadcast): void {
    const earlier = this.#inFlight.find(({ job }) => job === name)?.broadcasts ?? [];
    this.#leave(name);
    const transaction = { job: name, nonce, broadcasts: [...earlier, broadcast] };
    this.#inFlight = [...this.#inFlight, transaction].sort((a, b) => a.nonce - b.nonce);
  }

  /** The nonce of a job in flight, alone in a list; empty for any other job. */
  noncesOf(name: string): number[] {
    return this.#inFlight.flatMap(({ job, nonce }) => (job === name ? [nonce] : []));
  }

  /** A signed transaction of a job. */
  rawOf({ job, hash }: { readonly job: string; readonly hash: Hash }): Hex {
    return this.entry(job).signed.get(hash) ?? "0x";
  }

  /** True if no earlier broadcast of the job can be in the mempool. */
  hasOneBroadcast(name: string): boolean {
    return this.#inFlight.find(({ job }) => job === name)?.broadcasts.length === 1;
  }

  complete(name: string, result: JobResult): void {
    this.#remove(name)?.completion.resolve(result);
  }

  /**
   * Fails jobs, and all waiting jobs that come after them: the contracts that their constructors call would be missing.
   * Dependent jobs that are in flight already stay, because the chain decides about them. The errors of dependent jobs
   * tell the first cause.
   *
   * @param chain the chain's name, for messages.
   */
  fail(names: readonly string[], error: Error, chain: string): void {
    for (const name of names) {
      this.#failures.set(name, error);
      this.#remove(name)?.completion.reject(error);
    }
    for (const name of names) {
      const dependents = this.waiting
        .filter(({ job }) => job.after.includes(name))
        .map(({ job }) => job.name);
      if (dependents.length > 0) {
        const cause = firstCause(error);
        this.fail(dependents, dependencyFailed(dependents, chain, { dependency: name, cause }), chain);
      }
    }
  }

  #remove(name: string): BacklogEntry | undefined {
    const entry = this.#entries.get(name);
    this.#leave(name);
    this.#entries.delete(name);
    return entry;
  }

  #leave(name: string): void {
    this.#inFlight = this.#inFlight.filter(({ job }) => job !== name);
    this.#waiting = this.#waiting.filter((job) => job !== name);
  }
}

/** The error of the job with which a row of failed dependencies began. */
function firstCause(error: Error): Error {
  return error instanceof ChainfleetError &&
    error.code === "DEPENDENCY_FAILED" &&
    error.cause instanceof Error
    ? error.cause
    : error;
}
