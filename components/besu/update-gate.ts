import { crashTolerance } from "./quorum";

/**
 * Lets only so many running validators be updated at once, and none after one that did not come back: what the
 * chain needs, whatever parallelism the engine runs with.
 */
export class UpdateGate {
  readonly #waiting: { name: string; enter: () => void; refuse: (error: Error) => void }[] = [];
  readonly #inside = new Map<string, NodeJS.Timeout>();
  #lost: string | undefined;

  /**
   * @param width how many validators may be under update at the same time; at least 1.
   * @param patienceSeconds after which a validator that nobody heard of again counts as lost: the engine tells a
   *   program of an update that half succeeded, but not of one that failed outright.
   */
  constructor(
    readonly width: number,
    readonly patienceSeconds: number,
  ) {}

  /** Resolves when this validator may be updated. Rejects once another one was lost. */
  enter(name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ name, enter: resolve, refuse: reject });
      this.#advance();
    });
  }

  /** The validator is back. */
  leave(name: string): void {
    this.#remove(name);
    this.#advance();
  }

  /** The validator's update failed: nobody else is let in during this run. */
  lose(name: string): void {
    if (this.#remove(name)) {
      this.#lost ??= name;
    }
    this.#advance();
  }

  #advance(): void {
    while (this.#waiting.length > 0 && (this.#lost !== undefined || this.#inside.size < this.width)) {
      const next = this.#waiting.shift();
      if (this.#lost !== undefined) {
        next?.refuse(
          new Error(
            `${next.name} was not updated, because ${this.#lost} did not come back from its update; bring it back, then run again`,
          ),
        );
      } else if (next !== undefined) {
        this.#inside.set(next.name, this.#watch(next.name));
        next.enter();
      }
    }
  }

  #watch(name: string): NodeJS.Timeout {
    return setTimeout(() => this.lose(name), this.patienceSeconds * 1000).unref();
  }

  #remove(name: string): boolean {
    clearTimeout(this.#inside.get(name));
    return this.#inside.delete(name);
  }
}

/** Longer than the Kubernetes plugin waits for a StatefulSet (10 minutes). */
export const UPDATE_PATIENCE_SECONDS = 15 * 60;

/**
 * How many of `validators` to update at once: half of what the chain bears, so that blocks go on even if as
 * many others fail meanwhile; at least one.
 */
export function updateWidth(validators: number): number {
  return Math.max(1, Math.floor(crashTolerance(validators) / 2));
}
