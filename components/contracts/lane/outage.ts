/** Turns in a row without an answer before every job fails: three minutes, with the growing pauses. */
const MOST_FAILED_TURNS = 60;
/** The same limit as a time, for a node whose every answer takes long to fail. */
const LONGEST_MILLISECONDS = 5 * 60_000;
const LONGEST_PAUSE_FACTOR = 8;

/** Counts the turns in a row in which the node gave no answer, and says when to give up. */
export class Outage {
  #failedTurns = 0;
  #answeredAt = Date.now();

  recordAnswer(): void {
    this.#failedTurns = 0;
    this.#answeredAt = Date.now();
  }

  recordFailure(): void {
    this.#failedTurns += 1;
  }

  get isTooLong(): boolean {
    return this.#failedTurns >= MOST_FAILED_TURNS || Date.now() - this.#answeredAt >= LONGEST_MILLISECONDS;
  }

  /** By how much the pause between two turns is longer than usual. */
  get pauseFactor(): number {
    return Math.min(LONGEST_PAUSE_FACTOR, 1 + this.#failedTurns);
  }
}
