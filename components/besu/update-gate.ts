import { ChainfleetError } from "../error";
import { crashTolerance } from "./quorum";

/**
 * Limits how many running validators are updated at once, whatever the parallelism of the engine, and refuses further
 * updates once a validator is lost. Without the limit, updates could take away the chain's quorum.
 */
export class UpdateGate {
  readonly #waiting: { name: string; admit: () => void; refuse: (error: Error) => void }[] = [];
  /** The validators under update, each with the timer after which the validator counts as lost. */
  readonly #updating = new Map<string, NodeJS.Timeout>();
  #lost: string | undefined;

  /**
   * @param width the number of validators that may be under update at the same time; at least 1.
   * @param patienceSeconds the time after which an updating validator counts as lost. The engine tells a program about
   *   an update that failed in part, but not about an update that failed entirely.
   */
  constructor(
    readonly width: number,
    readonly patienceSeconds: number,
  ) {}

  /**
   * Resolves when the validator may be updated.
   *
   * @throws ChainfleetError VALIDATOR_UPDATE_REFUSED once another validator is lost.
   */
  enter(name: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ name, admit: resolve, refuse: reject });
      this.#advance();
    });
  }

  /** Reports that the validator is ready again after its update. */
  leave(name: string): void {
    this.#remove(name);
    this.#advance();
  }

  /** Reports that the validator's update failed. The gate admits no further validator in this run. */
  lose(name: string): void {
    if (this.#remove(name)) {
      this.#lost ??= name;
    }
    this.#advance();
  }

  #advance(): void {
    while (this.#waiting.length > 0 && (this.#lost !== undefined || this.#updating.size < this.width)) {
      const next = this.#waiting.shift();
      if (this.#lost !== undefined) {
        next?.refuse(refusal(next.name, this.#lost));
      } else if (next !== undefined) {
        this.#updating.set(next.name, this.#startTimer(next.name));
        next.admit();
      }
    }
  }

  #startTimer(name: string): NodeJS.Timeout {
    return setTimeout(() => this.lose(name), this.patienceSeconds * 1000).unref();
  }

  /** Returns false if the validator was not under update. */
  #remove(name: string): boolean {
    clearTimeout(this.#updating.get(name));
    return this.#updating.delete(name);
  }
}

function refusal(name: string, lost: string): ChainfleetError {
  return new ChainfleetError({
    code: "VALIDATOR_UPDATE_REFUSED",
    summary: `${name} was not updated, because ${lost} did not become ready after its update.`,
    next: `Repair ${lost}, then run again.`,
  });
}

/** Longer than the 10 minutes for which the Kubernetes plugin waits for a StatefulSet. */
export const UPDATE_PATIENCE_SECONDS = 15 * 60;

/**
 * The number of validators to update at once: half of the crash tolerance, so that the chain still makes blocks if as
 * many other validators fail during the update; at least one.
 */
export function updateWidth(validators: number): number {
  return Math.max(1, Math.floor(crashTolerance(validators) / 2));
}
