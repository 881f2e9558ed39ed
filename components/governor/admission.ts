import { lowered, type Pace, paceAt, throttled } from "./pace";

/** The rate limit of one cloud for one caller and one kind of request: a bucket of tokens that refills steadily. */
export interface Limit {
  /** Identifies the bucket by everything that the limit is counted by. @example "arm/writes/<subscription>/eastus" */
  readonly key: string;
  /** Tokens in a full bucket: the largest burst. */
  readonly capacity: number;
  /** Tokens that the bucket gains each second. */
  readonly refillPerSecond: number;
}

/** What a request costs in one bucket. */
export interface Charge {
  readonly limit: Limit;
  /** Tokens that the request takes, at most the capacity of the bucket. */
  readonly tokens: number;
}

/** A request that waits until each of its buckets has granted its tokens. */
interface Ticket {
  readonly admit: () => void;
  /** The number of buckets that have not granted their tokens yet. */
  missing: number;
  readonly charges: readonly Charge[];
}

interface Bucket {
  readonly limit: Limit;
  /** Tokens that anybody may take. */
  tokens: number;
  /** Tokens that were granted to requests which still wait for another bucket. They leave no room for new tokens. */
  held: number;
  /** Seconds. */
  at: number;
  pace: Pace;
  readonly queue: { readonly ticket: Ticket; readonly tokens: number }[];
}

/**
 * Admits requests to the clouds so that no bucket is ever overdrawn. Each bucket grants its tokens in the order of the
 * requests. A request that needs several buckets holds what it was granted until all buckets have granted; held tokens
 * count as tokens in the bucket, so that they add nothing to a later burst.
 *
 * The class has no clock: every method takes the time in seconds, which never goes back.
 */
export class Admission {
  readonly #buckets = new Map<string, Bucket>();

  /**
   * Asks for the tokens of a request.
   *
   * @param admit is called once the request may be sent, at once if no bucket is short of tokens.
   */
  request(charges: readonly Charge[], now: number, admit: () => void): void {
    const ticket: Ticket = { admit, missing: charges.length, charges };
    for (const { limit, tokens } of charges) {
      this.#bucket(limit, now).queue.push({ ticket, tokens: Math.min(tokens, limit.capacity) });
    }
    if (charges.length === 0) {
      admit();
    }
    this.advance(now);
  }

  /** Grants all tokens that the buckets have by now. */
  advance(now: number): void {
    for (const bucket of this.#buckets.values()) {
      // A ticket that is admitted frees the room of its held tokens in buckets that were visited before. The room fills
      // with time only, so nothing is missed.
      this.#grant(bucket, now);
    }
  }

  /** Seconds after which the next tokens can be granted; undefined if no request waits. */
  delay(now: number): number | undefined {
    const delays = [...this.#buckets.values()].flatMap((bucket) => {
      const [head] = bucket.queue;
      return head === undefined ? [] : [this.#delayOf(bucket, head.tokens, now)];
    });
    return delays.length === 0 ? undefined : Math.min(...delays);
  }

  /**
   * Reports that the cloud refused a request although the bucket had tokens: somebody else uses the same limit, or the
   * limit is smaller than published. The bucket is empty until the time that the cloud named, and refills at half of its
   * rate from then on; the rate recovers step by step.
   */
  throttled(charges: readonly Charge[], now: number, retryAfterSeconds: number): void {
    for (const { limit } of charges) {
      const bucket = this.#bucket(limit, now);
      bucket.pace = throttled(bucket.pace, now, retryAfterSeconds);
      bucket.tokens = 0;
    }
  }

  #bucket(limit: Limit, now: number): Bucket {
    const existing = this.#buckets.get(limit.key);
    if (existing !== undefined) {
      this.#refill(existing, now);
      return existing;
    }
    const created = { limit, tokens: limit.capacity, held: 0, at: now, pace: lowered(1, now), queue: [] };
    this.#buckets.set(limit.key, created);
    return created;
  }

  #refill(bucket: Bucket, now: number): void {
    const { limit, held, pace } = bucket;
    const gained = limit.refillPerSecond * paceAt(pace, bucket.at, now);
    bucket.tokens = Math.max(bucket.tokens, Math.min(limit.capacity - held, bucket.tokens + gained));
    bucket.at = now;
  }

  #grant(bucket: Bucket, now: number): void {
    this.#refill(bucket, now);
    for (let head = bucket.queue[0]; head !== undefined; head = bucket.queue[0]) {
      if (bucket.tokens + ROUNDING < head.tokens) {
        return;
      }
      bucket.queue.shift();
      bucket.tokens = Math.max(0, bucket.tokens - head.tokens);
      bucket.held += head.tokens;
      head.ticket.missing -= 1;
      if (head.ticket.missing === 0) {
        this.#spend(head.ticket, now);
      }
    }
  }

  #spend({ charges, admit }: Ticket, now: number): void {
    for (const { limit, tokens } of charges) {
      // The bucket refills up to now while the held tokens still leave no room, and only then gives the room free.
      this.#bucket(limit, now).held -= Math.min(tokens, limit.capacity);
    }
    admit();
  }

  #delayOf(bucket: Bucket, wanted: number, now: number): number {
    const { limit, pace, tokens } = bucket;
    const rate = limit.refillPerSecond;
    // Held tokens may leave too little room; they are spent when another bucket grants, which is a moment of its own.
    if (wanted > limit.capacity - bucket.held) {
      return SOON;
    }
    let seconds = 0;
    while (tokens + rate * paceAt(pace, now, now + seconds) + ROUNDING < wanted) {
      const missing = wanted - tokens - rate * paceAt(pace, now, now + seconds);
      seconds += Math.max(missing / rate, 0.001);
    }
    return seconds;
  }
}

/** Sums of fractions of tokens miss the whole by less. */
const ROUNDING = 1e-9;

/** Seconds after which a bucket is looked at again whose tokens are held by requests that wait for another bucket. */
const SOON = 0.1;
