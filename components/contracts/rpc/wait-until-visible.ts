import { setTimeout as delay } from "node:timers/promises";

/**
 * Repeats a check of the chain for a few seconds until the check succeeds. One endpoint may have several nodes behind
 * it, and the node that answers may not have the latest block yet.
 *
 * @returns false if the effect is still not visible at the end.
 */
export async function waitUntilVisible(isVisible: () => Promise<boolean>): Promise<boolean> {
  for (let checks = 1; checks < MOST_CHECKS; checks += 1) {
    if (await isVisible()) {
      return true;
    }
    await delay(PAUSE_MILLISECONDS);
  }
  return isVisible();
}

const MOST_CHECKS = 6;
const PAUSE_MILLISECONDS = 500;
