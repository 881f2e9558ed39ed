import type { Hash, Hex } from "viem";
import { ChainfleetError } from "../../error";
import { type Deferred, deferred } from "./deferred";
import type { Done, Job } from "./job";
import type { Broadcast, Flight, LaneState } from "./plan";

/** A job that is not done yet, and what the lane has learned about it. */
export interface Entry {
  readonly job: Job;
  readonly end: Deferred<Done>;
  /** How many of its transactions were reverted. */
  attempts: number;
  /** How many questions about it were answered with an error that was not the network's. */
  errors: number;
  /** The block in which its nonce was first seen used by nobody knows whom. */
  lostAt?: number | undefined;
  /** Signed transactions by hash. */
  readonly raw: Map<Hash, Hex>;
  /** What its transaction needs; undefined until it was asked for. */
  gas?: bigint | undefined;
}

/** The jobs of a lane that are not done: those with a nonce fly, the others wait. Says nothing to the chain. */
export class Backlog {
  readonly #entries = new Map<string, Entry>();
  #flights: readonly Flight[] = [];
  #waiting: readonly string[] = [];

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Of all jobs, in the order in which they came. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** Ascending by nonce. */
  get flights(): readonly Flight[] {
    return this.#flights;
  }

  /** Jobs without a nonce. */
  get waiting(): Entry[] {
    return this.#waiting.map((name) => this.entry(name));
  }

  get state(): LaneState {
    return {
      flights: this.#flights,
      waiting: this.waiting.map(({ job: { name, after } }) => ({ job: name, after })),
    };
  }

  find(name: string): Entry | undefined {
    return this.#entries.get(name);
  }

  entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) {
      throw new Error(`the lane has no job ${name}`);
    }
    return entry;
  }

  /** Takes a job in that has no place yet: it is to be queued or launched. */
  add(job: Job): Entry {
    const entry = { job, end: deferred<Done>(), attempts: 0, errors: 0, raw: new Map() };
    this.#entries.set(job.name, entry);
    return entry;
  }

  /** Takes the nonce from a job, if it has one; it keeps its place before those that came later. */
  queue(name: string): void {
    this.#leave(name);
    const order = this.names;
    this.#waiting = [...this.#waiting, name].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  }

  /** Notes a broadcast of a job's transaction: its first, or one more with the same nonce. */
  launch(name: string, nonce: number, broadcast: Broadcast): void {
    const earlier = this.#flights.find(({ job }) => job === name)?.broadcasts ?? [];
    this.#leave(name);
    const flight = { job: name, nonce, broadcasts: [...earlier, broadcast] };
    this.#flights = [...this.#flights, flight].sort((a, b) => a.nonce - b.nonce);
  }

  /** Whether no broadcast but the latest can be in a pool. */
  isFirstBroadcast(name: string): boolean {
    return this.#flights.find(({ job }) => job === name)?.broadcasts.length === 1;
  }

  complete(name: string, done: Done): void {
    this.#remove(name)?.end.resolve(done);
  }

  /**
   * Ends jobs, and those that come after them and wait: their constructors would call nothing. Those that fly are
   * told by the chain.
   *
   * @param chain its name, for messages.
   */
  fail(names: readonly string[], error: Error, chain: string): void {
    for (const name of names) {
      this.#remove(name)?.end.reject(error);
    }
    for (const name of names) {
      const behind = this.waiting.filter(({ job }) => job.after.includes(name)).map(({ job }) => job.name);
      if (behind.length > 0) {
        const reason = new ChainfleetError({
          code: "TODO",
          summary: `${behind.join(", ")} on ${chain}: not sent, as ${name} failed.`,
          next: "Run again when that is put right.",
        });
        this.fail(behind, reason, chain);
      }
    }
  }

  #remove(name: string): Entry | undefined {
    const entry = this.#entries.get(name);
    this.#leave(name);
    this.#entries.delete(name);
    return entry;
  }

  #leave(name: string): void {
    this.#flights = this.#flights.filter(({ job }) => job !== name);
    this.#waiting = this.#waiting.filter((job) => job !== name);
  }
}
