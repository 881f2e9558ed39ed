/** Simulated milliseconds since 1970, which pass faster than those of the wall. */
export class SimulationClock {
  readonly #startedAt = performance.now();
  readonly #begin: number;
  readonly #scale: number;

  /**
   * @param timeScale wall-clock seconds of a simulated second.
   * @param begin the simulated time at which the clock starts.
   */
  constructor(timeScale: number, begin: number) {
    this.#scale = Math.max(timeScale, FASTEST);
    this.#begin = Math.ceil(begin);
  }

  now(): number {
    return this.#begin + Math.floor((performance.now() - this.#startedAt) / this.#scale);
  }
}

/** A chain that makes its blocks in no time at all would never end one. This makes 100 blocks a second with a period of 2 s. */
const FASTEST = 0.005;
