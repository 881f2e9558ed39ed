import { setTimeout as delay } from "node:timers/promises";
import { isThrottling } from "./errors";

/** How often and for how long a state is asked for. */
export interface Polling {
  readonly everySeconds: number;
  readonly forSeconds: number;
  /** Ends the polling early, with the signal's reason as the error. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks until there is an answer. A question that AWS throttles is asked again at the next poll.
 *
 * @param ask returns undefined as long as the awaited state is not reached, and throws if it will never be reached.
 * @param timedOut makes the error for the case that the time is over.
 */
export async function poll<Answer>(
  { everySeconds, forSeconds, signal }: Polling,
  ask: () => Promise<Answer | undefined>,
  timedOut: () => Error,
): Promise<Answer> {
  const deadline = performance.now() + forSeconds * 1000;
  for (;;) {
    signal?.throwIfAborted();
    const answer = await ask().catch((error: unknown) => {
      if (isThrottling(error)) {
        return undefined;
      }
      throw error;
    });
    if (answer !== undefined) {
      return answer;
    }
    if (performance.now() >= deadline) {
      throw timedOut();
    }
    await delay(everySeconds * 1000, undefined, { signal }).catch(() => {});
  }
}
