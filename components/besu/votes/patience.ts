import type { RestartAllowance } from "./allowance";

/** Whether the chain has stopped. */
export class Standstill {
  #height = -1;
  #movedAt = Date.now();

  /** Whether the chain has made no block for so long that it stands still; a number that holds for the whole run never changes. */
  isReached({ chain }: RestartAllowance): boolean {
    if (chain === undefined) {
      return true;
    }
    if (chain.height > this.#height) {
      this.#height = chain.height;
      this.#movedAt = Date.now();
    }
    return Date.now() - this.#movedAt >= chain.standstillSeconds * 1000;
  }
}

/** How long an update waits for validators that are down while no other is under update. */
export class Patience {
  #first: number | undefined;

  /** Whether the chain has made so many blocks that each validator that is up has signed one. */
  isOver({ chain }: RestartAllowance): boolean {
    // While no node answers, nothing is known about the height.
    if (chain === undefined || !Number.isFinite(chain.patienceBlocks)) {
      return false;
    }
    this.#first ??= chain.height;
    return chain.height - this.#first > chain.patienceBlocks;
  }
}
