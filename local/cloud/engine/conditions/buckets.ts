/** A published rate limit: a bucket of tokens that refills steadily; each call takes one token, unless `tokens` says otherwise. */
export interface Limit {
  /** Identifies the bucket by everything that the limit is counted by (`arm/writes/<subscription>/<principal>/westeurope`). */
  readonly key: string;
  /** Tokens in a full bucket: the burst. */
  readonly capacity: number;
  readonly refillPerSecond: number;
  /** Tokens that the call takes, where the limit counts the resources of a call and not the calls. */
  readonly tokens?: number;
}

interface Level {
  tokens: number;
  at: number;
}

/** The levels of all buckets, in simulated time. A bucket starts full. */
export class Buckets {
  readonly #levels = new Map<string, Level>();

  /**
   * Takes the call's tokens from every bucket, or no token at all if a bucket has too few.
   * @param now simulated seconds
   * @returns 0 if the tokens were taken, otherwise the whole seconds (at least 1) until every bucket has enough
   */
  take(limits: readonly Limit[], now: number): number {
    const levels = limits.map((limit) => this.#refilled(limit, now));
    const wanted = (i: number) => limits[i]?.tokens ?? 1;
    const wait = Math.max(
      0,
      ...levels.map((level, i) =>
        level.tokens >= wanted(i) ? 0 : (wanted(i) - level.tokens) / (limits[i]?.refillPerSecond ?? 1),
      ),
    );
    if (wait > 0) {
      return Math.max(1, Math.ceil(wait));
    }
    for (const [i, level] of levels.entries()) {
      level.tokens -= wanted(i);
    }
    return 0;
  }

  clear(): void {
    this.#levels.clear();
  }

  #refilled({ key, capacity, refillPerSecond }: Limit, now: number): Level {
    const level = this.#levels.get(key) ?? { tokens: capacity, at: now };
    level.tokens = Math.min(capacity, level.tokens + (now - level.at) * refillPerSecond);
    level.at = now;
    this.#levels.set(key, level);
    return level;
  }
}
