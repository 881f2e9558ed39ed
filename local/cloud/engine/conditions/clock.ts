import { setImmediate as nextTurn, setTimeout as pause } from "node:timers/promises";

/**
 * Simulated time. Durations, rate limits and waits are in simulated seconds; `scale` is the number of wall-clock
 * seconds per simulated second. At scale 0 a sleep takes no time: the clock jumps ahead instead.
 */
export class Clock {
  #jumped = 0;
  readonly #start = performance.now();

  /** @param scale wall-clock seconds per simulated second, 0 or more */
  constructor(readonly scale: number) {}

  /** Simulated seconds since this clock was created. */
  now(): number {
    return this.scale === 0 ? this.#jumped : (performance.now() - this.#start) / 1000 / this.scale;
  }

  /** Resolves after the given simulated seconds; rejects with the signal's reason when the signal is aborted. */
  async sleep(seconds: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.scale === 0) {
      const end = this.#jumped + seconds;
      await nextTurn();
      this.#jumped = Math.max(this.#jumped, end);
      return;
    }
    await this.sleepUntil(this.deadline(seconds), signal);
  }

  /**
   * The wall-clock time (milliseconds since 1970) after the given simulated seconds. Deadlines are wall-clock
   * times, so that an operation goes on while the process is down.
   */
  deadline(seconds: number): number {
    return Date.now() + seconds * this.scale * 1000;
  }

  /** Resolves when the wall clock reaches the deadline; rejects with the signal's reason when the signal is aborted. */
  async sleepUntil(deadline: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    for (let left = deadline - Date.now(); left > 0; left = deadline - Date.now()) {
      try {
        // setTimeout takes at most 2^31 - 1 ms.
        await pause(Math.min(left, 2 ** 31 - 1), undefined, { signal });
      } catch {
        throw signal.reason;
      }
    }
  }
}
