import { ChainfleetError } from "../error";
import { crashTolerance } from "./quorum";

/**
 * Limits how many running validators are updated at once, whatever the parallelism of the engine, and refuses further
 * updates once a validator is lost. Without the limit, updates could take away the chain's quorum.
 *
 * An update of the Kubernetes nodes of a region counts as the update of one validator, because the disruption budget of
 * the region's validators allows that one of them is evicted at a time.
 */
export class UpdateGate {
  readonly #waiting: WaitingUpdate[] = [];
  /** The validators and clusters under update, each with the timer after which it counts as lost. */
  readonly #updating = new Map<string, { readonly timer: NodeJS.Timeout; readonly update: WaitingUpdate }>();
  /** Why no further validator is admitted; undefined while the gate is open. */
  #closed: ((name: string) => ChainfleetError) | undefined;

  /** @param width the number of updates that may be under way at the same time; at least 1. */
  constructor(readonly width: number) {}

  /**
   * Resolves when the validator, or the cluster with its nodes, may be updated.
   *
   * @param patienceSeconds the time after which the update counts as lost if nobody reports its end.
   * @throws ChainfleetError VALIDATOR_UPDATE_REFUSED once another update is lost or has been refused.
   */
  enter(name: string, patienceSeconds: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ name, patienceSeconds, admit: resolve, refuse: reject });
      this.#advance();
    });
  }

  /** Reports that the validator or the cluster is ready again after its update. */
  leave(name: string): void {
    this.#remove(name);
    this.#advance();
  }

  /** Reports that the update begins anew. Its patience begins anew as well. */
  prolong(name: string): void {
    const updating = this.#updating.get(name);
    if (updating !== undefined) {
      clearTimeout(updating.timer);
      this.#start(updating.update);
    }
  }

  /** Reports that the update failed. The gate admits no further validator in this run. */
  lose(name: string): void {
    if (this.#remove(name)) {
      this.#close(`${name} did not become ready after its update`, `Repair ${name}, then run again.`);
    }
    this.#advance();
  }

  /** Admits no further validator in this run, because the validator may not be updated. */
  refuse(name: string): void {
    this.#close(`${name} may not be updated`, `Read what the run says about ${name}.`);
    this.#advance();
  }

  #close(reason: string, next: string): void {
    this.#closed ??= (name) =>
      new ChainfleetError({
        code: "VALIDATOR_UPDATE_REFUSED",
        summary: `${name} was not updated, because ${reason}.`,
        next,
      });
  }

  #advance(): void {
    while (this.#waiting.length > 0 && (this.#closed !== undefined || this.#updating.size < this.width)) {
      const next = this.#waiting.shift();
      if (next !== undefined && this.#closed !== undefined) {
        next.refuse(this.#closed(next.name));
      } else if (next !== undefined) {
        this.#start(next);
        next.admit();
      }
    }
  }

  #start(update: WaitingUpdate): void {
    const timer = setTimeout(() => this.lose(update.name), update.patienceSeconds * 1000).unref();
    this.#updating.set(update.name, { timer, update });
  }

  /** Returns false if no such update was under way. */
  #remove(name: string): boolean {
    clearTimeout(this.#updating.get(name)?.timer);
    return this.#updating.delete(name);
  }
}

interface WaitingUpdate {
  readonly name: string;
  readonly patienceSeconds: number;
  readonly admit: () => void;
  readonly refuse: (error: Error) => void;
}

/**
 * The number of validators to update at once: half of the crash tolerance, so that the chain still makes blocks if as
 * many other validators fail during the update; at least one.
 */
export function updateWidth(validators: number): number {
  return Math.max(1, Math.floor(crashTolerance(validators) / 2));
}
