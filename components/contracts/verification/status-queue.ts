import { setTimeout as delay } from "node:timers/promises";

/** Pause between two status requests of the verification that has waited longest. */
const FIRST_PAUSE_MILLISECONDS = 500;
/**
 * Pause of all other verifications, in case the first one is stuck. Longer than most verifications take, so that few
 * requests are wasted.
 */
const OTHER_PAUSE_MILLISECONDS = 20_000;
const TICK_MILLISECONDS = 25;

/**
 * Decides which verification may ask the explorer for its status next. An explorer works through its queue in order, so
 * asking for the oldest verification is enough: the rate limit is not spent on verifications that cannot be ready.
 *
 * Our own code instead of p-queue: p-queue runs each task once, in order. Here every member asks repeatedly, and how
 * often depends on whether an older member is still waiting, which changes while a member pauses.
 */
export class StatusQueue {
  #members: symbol[] = [];

  /** Joins at the end of the queue. */
  join(): QueueMember {
    const id = Symbol();
    let lastTurn = Date.now();
    this.#members.push(id);
    return {
      turn: async () => {
        while (Date.now() - lastTurn < this.#pauseOf(id)) {
          await delay(TICK_MILLISECONDS);
        }
        lastTurn = Date.now();
      },
      leave: () => {
        this.#members = this.#members.filter((member) => member !== id);
      },
    };
  }

  #pauseOf(id: symbol): number {
    return this.#members[0] === id ? FIRST_PAUSE_MILLISECONDS : OTHER_PAUSE_MILLISECONDS;
  }
}

/** A verification that waits for its explorer. */
export interface QueueMember {
  /** Resolves when the verification may ask for its status. */
  turn(): Promise<void>;
  leave(): void;
}
