/** Allows a number of requests in any period of one second. Refused requests do not count. */
export class RateLimit {
  #recent: readonly number[] = [];

  constructor(readonly perSecond: number) {}

  /**
   * Counts a request and returns true, or returns false if the limit is reached.
   *
   * @param now milliseconds, on any clock
   */
  take(now = performance.now()): boolean {
    this.#recent = this.#recent.filter((time) => time > now - 1000);
    const allowed = this.#recent.length < this.perSecond;
    if (allowed) {
      this.#recent = [...this.#recent, now];
    }
    return allowed;
  }
}
