/** Simulated milliseconds since 1970, which pass faster than those of the wall. */
export class SimulationClock {
  readonly #startedAt = performance.now();
  readonly #begin: number;
  /** Wall-clock seconds of a simulated second. */
  readonly scale: number;

  /**
   * @param timeScale wall-clock seconds of a simulated second in the clouds.
   * @param begin the simulated time at which the clock starts.
   */
  constructor(timeScale: number, begin: number) {
    this.scale = Math.max(timeScale, FASTEST);
    this.#begin = Math.ceil(begin);
  }

  now(): number {
    return this.#begin + Math.floor((performance.now() - this.#startedAt) / this.scale);
  }
}

/**
 * Time does not pass faster than this, however fast the clouds are: 25 blocks a second with a period of 2 s, which costs a few
 * percent of a core with 48 validators.
 */
const FASTEST = 0.02;
