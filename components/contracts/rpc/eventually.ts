import { setTimeout as delay } from "node:timers/promises";

/**
 * Asks a few times, some seconds in all: behind one endpoint there may be several nodes, and one that has not seen
 * the latest block yet.
 */
export async function eventually(question: () => Promise<boolean>): Promise<boolean> {
  for (let asked = 1; asked < TIMES; asked += 1) {
    if (await question()) {
      return true;
    }
    await delay(PAUSE_MILLISECONDS);
  }
  return question();
}

const TIMES = 6;
const PAUSE_MILLISECONDS = 500;
