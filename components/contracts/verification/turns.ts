import { setTimeout as delay } from "node:timers/promises";

/** The one that waits longest asks twice a second. */
const OFTEN_MILLISECONDS = 500;
/** The others ask in case the first is stuck: later than most verifications take, so that no request is spent in vain. */
const SELDOM_MILLISECONDS = 20_000;
const TICK_MILLISECONDS = 25;

/**
 * Who asks next how far its verification is. An explorer works through its queue, so asking for the oldest is
 * enough: the requests that its rate allows are not spent on those that cannot be ready.
 */
export class Turns {
  #waiting: symbol[] = [];

  /** Joins at the end. */
  join(): Waiting {
    const id = Symbol();
    let last = Date.now();
    this.#waiting.push(id);
    return {
      turn: async () => {
        while (Date.now() - last < this.#patience(id)) {
          await delay(TICK_MILLISECONDS);
        }
        last = Date.now();
      },
      leave: () => {
        this.#waiting = this.#waiting.filter((other) => other !== id);
      },
    };
  }

  #patience(id: symbol): number {
    return this.#waiting[0] === id ? OFTEN_MILLISECONDS : SELDOM_MILLISECONDS;
  }
}

/** A verification that waits for its explorer. */
export interface Waiting {
  /** Resolves when it may ask. */
  turn(): Promise<void>;
  leave(): void;
}
