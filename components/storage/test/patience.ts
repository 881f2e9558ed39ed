import { setTimeout as delay } from "node:timers/promises";

/** A machine that restarts is back within this time; one that crashed is not. */
export const UNREACHABLE_SECONDS = 60;

/** A failure that no repetition mends. */
export class FioFailed extends Error {}

/**
 * Repeats an action that may fail while a machine cannot be reached.
 *
 * @throws the error of the last attempt after the seconds, and FioFailed at once.
 */
export async function patiently<Result>(action: () => Promise<Result>, seconds: number): Promise<Result> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (error instanceof FioFailed || performance.now() > deadline) {
        throw error;
      }
      await delay(PAUSE_MILLISECONDS);
    }
  }
}

const PAUSE_MILLISECONDS = 500;
