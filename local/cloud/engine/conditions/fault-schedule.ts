import { fraction } from "../resources/random";

/** What decides how often a fault is injected. */
export interface Scheduled {
  /** How often the fault is injected at most; without limit when absent. */
  readonly times?: number | undefined;
  /** The probability with which the fault is injected into a request that matches. @default 1 */
  readonly probability?: number | undefined;
}

/** How often each fault of a script was injected, and for how many requests it was drawn. */
export interface FaultCounts {
  readonly met: readonly number[];
  readonly drawn: readonly number[];
}

/** The faults of a script in their order, with their counts. Draws depend on the seed and the counts alone. */
export class FaultSchedule<Fault extends Scheduled> {
  readonly #met: number[];
  readonly #drawn: number[];

  /** @param counts those of an earlier process; absent entries count as 0. */
  constructor(
    readonly faults: readonly Fault[],
    readonly seed: number,
    counts: FaultCounts = { met: [], drawn: [] },
  ) {
    this.#met = faults.map((_, i) => counts.met[i] ?? 0);
    this.#drawn = faults.map((_, i) => counts.drawn[i] ?? 0);
  }

  get counts(): FaultCounts {
    return { met: [...this.#met], drawn: [...this.#drawn] };
  }

  /** Returns the first fault that matches and is due, and counts the fault as injected. */
  meet(matches: (fault: Fault) => boolean): Fault | undefined {
    for (const [i, candidate] of this.faults.entries()) {
      const remaining = (candidate.times ?? Number.POSITIVE_INFINITY) - (this.#met[i] ?? 0);
      if (remaining <= 0 || !matches(candidate)) {
        continue;
      }
      const draw = this.#drawn[i] ?? 0;
      this.#drawn[i] = draw + 1;
      if (fraction(this.seed, i, draw) < (candidate.probability ?? 1)) {
        this.#met[i] = (this.#met[i] ?? 0) + 1;
        return candidate;
      }
    }
    return undefined;
  }
}

/** Whether any of the texts matches a glob (`*` and `?`), whatever the case of letters. Without a glob, all texts match. */
export function matchesGlob(glob: string | undefined, texts: readonly string[]): boolean {
  if (glob === undefined) {
    return true;
  }
  const escaped = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const expression = new RegExp(`^${escaped}$`, "is");
  return texts.some((text) => expression.test(text));
}
