/**
 * How fast a bucket refills, as a fraction of the published rate. It halves when the cloud refuses a request and grows
 * again in equal steps, as TCP's congestion window does (additive increase, multiplicative decrease:
 * https://www.rfc-editor.org/rfc/rfc5681#section-3.1), so that several deployments that share a limit find their shares.
 */
export interface Pace {
  /** The fraction from `since` on: above 0, at most 1. */
  readonly fraction: number;
  /** Seconds. Nothing is refilled before. */
  readonly since: number;
}

/** The fraction never falls below, so that a deployment always goes on. */
export const SLOWEST_PACE = 1 / 16;

/** The fraction grows by this much … */
const STEP = 1 / 8;

/** … each time after this many seconds without a refusal. */
const STEP_SECONDS = 10;

/** A pace that is the fraction from now on. */
export function lowered(fraction: number, now: number): Pace {
  return { fraction, since: now };
}

/** The pace after the cloud refused a request: nothing until the named time, then half of what it was. */
export function throttled(pace: Pace, now: number, retryAfterSeconds: number): Pace {
  const fraction = Math.max(SLOWEST_PACE, fractionAt(pace, now) / 2);
  return { fraction, since: Math.max(pace.since, now + retryAfterSeconds) };
}

/** The fraction at a time. */
export function fractionAt({ fraction, since }: Pace, now: number): number {
  return now < since ? fraction : Math.min(1, fraction + STEP * Math.floor((now - since) / STEP_SECONDS));
}

/** The seconds between two times, each weighted with the fraction at that time. */
export function paceAt(pace: Pace, from: number, to: number): number {
  let sum = 0;
  let at = Math.max(from, pace.since);
  while (at < to) {
    const fraction = fractionAt(pace, at);
    const steps = Math.floor((at - pace.since) / STEP_SECONDS) + 1;
    const end = fraction >= 1 ? to : Math.min(to, pace.since + steps * STEP_SECONDS);
    // The next step may begin where rounding puts it before the present time.
    sum += fraction * Math.max(0, end - at);
    at = end > at ? end : at + STEP_SECONDS / 1000;
  }
  return sum;
}
