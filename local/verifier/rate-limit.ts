/** So many requests in any second. One that was refused does not count: it cost the explorer nothing. */
export class RateLimit {
  #recent: readonly number[] = [];

  constructor(readonly perSecond: number) {}

  /**
   * Whether there is room for one more request, which is taken.
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
