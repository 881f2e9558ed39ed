import { setTimeout as pause } from "node:timers/promises";
import { ChainfleetError } from "../error";
import { longestPrefix } from "../longest-prefix";
import { crashTolerance } from "./quorum";
import type { RestartAllowance } from "./votes/allowance";
import { Patience, Standstill } from "./votes/patience";
import type { PlannedRestart } from "./votes/restarts";

/** What a gate is told about the chain and the network. */
export interface GateArgs {
  /**
   * How many validators may restart. The gate asks before each admission, so that the answer is what the chain's nodes say at
   * that moment; without them it is what the config and the genesis block say.
   *
   * @param updating the names of what is under update.
   */
  readonly allowance: (updating: ReadonlySet<string>) => Promise<RestartAllowance>;
  /** The names of the regions in the order in which their validators are updated. */
  readonly regions: readonly string[];
  /** The runs of other stacks that update validators of the same chain. @default there are none */
  readonly otherRuns?: OtherRuns;
}

/** Other runs that update validators of the same chain at the same time. */
export interface OtherRuns {
  /**
   * Claims a place for an update that the chain allows.
   *
   * @param allowance the last that the gate was told.
   * @returns false if the other runs leave no place now.
   */
  readonly claim: (name: string, allowance: RestartAllowance) => Promise<boolean>;
  /** Gives the place of an update back that has ended well. Never rejects. */
  readonly release: (name: string) => Promise<void>;
}

/**
 * Limits how many running validators are updated at once, whatever the parallelism of the engine, and refuses further
 * updates once a validator is lost. Without the limit, updates could take away the chain's quorum.
 *
 * The validators of a region follow one another, then comes the next region.
 *
 * An update of the Kubernetes nodes of a region counts as the update of one validator, because the disruption budget of
 * the region's validators allows that one of them is evicted at a time.
 */
export class UpdateGate {
  readonly #args: GateArgs;
  readonly #waiting: WaitingUpdate[] = [];
  readonly #planned: PlannedRestart[] = [];
  /** The validators and clusters under update, each with the timer after which it counts as lost. */
  readonly #updating = new Map<string, { readonly timer: NodeJS.Timeout; readonly update: WaitingUpdate }>();
  /** How long updates have waited since the last admission, and since when the chain stands still. */
  #patience = new Patience();
  readonly #standstill = new Standstill();
  #hasRefused = false;
  /** Why no further validator is admitted; undefined while the gate is open. */
  #closed: ((name: string) => ChainfleetError) | undefined;
  /** The region of the update that was admitted last. */
  #lastRegion: string | undefined;
  /** The admissions under way. Each waits for the one before, because it counts what the one before has admitted. */
  #admissions: Promise<void> = Promise.resolve();

  constructor(args: GateArgs) {
    this.#args = args;
  }

  /** Whether an update was lost or refused. */
  get isIncomplete(): boolean {
    return this.#closed !== undefined || this.#hasRefused;
  }

  /** Notes what a preview would update. */
  plan({ name, images }: Omit<PlannedRestart, "region">): void {
    this.#planned.push({ name, images, region: longestPrefix(name, this.#args.regions) });
  }

  /** What a preview would update. */
  get planned(): readonly PlannedRestart[] {
    return this.#planned;
  }

  /**
   * Resolves when the validator, or the cluster with its nodes, may be updated.
   *
   * @param patienceSeconds the time after which the update counts as lost if nobody reports its end.
   * @returns why the validator is down already, if the update was admitted for that reason. Completes a sentence that begins with
   *   its name.
   * @throws ChainfleetError VALIDATOR_UPDATE_REFUSED once another update is lost or may not be made, and if the chain has no
   *   validator to spare.
   */
  enter(name: string, patienceSeconds: number): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      const region = longestPrefix(name, this.#args.regions);
      this.#waiting.push({ name, region, patienceSeconds, admit: resolve, refuse: reject });
      this.#advance();
    });
  }

  /** Reports that the validator or the cluster is ready again after its update. @returns resolves when other runs know it. */
  async leave(name: string): Promise<void> {
    this.#remove(name);
    const released = this.#args.otherRuns?.release(name);
    this.#advance();
    await released;
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
    this.#admissions = this.#admissions.then(() => this.#admitWaiting());
  }

  async #admitWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const allowance = this.#closed === undefined ? await this.#allowance() : undefined;
      if (this.#closed !== undefined || allowance === undefined) {
        this.#refuseWaiting(this.#closed);
        return;
      }
      const standstill = this.#standstill.isReached(allowance);
      const harmless = this.#takeHarmless(allowance, standstill);
      const hasPlace = harmless === undefined && this.#updating.size < allowance.atOnce;
      const next = harmless ?? (hasPlace ? await this.#takeClaimed(allowance) : undefined);
      if (next === undefined && hasPlace) {
        // The other runs will end some day, however many blocks the chain makes meanwhile.
        this.#patience = new Patience();
        await pause(POLL_MILLISECONDS);
      } else if (next !== undefined) {
        this.#patience = new Patience();
        this.#start(next);
        next.admit(harmless && reasonOf(harmless, allowance));
      } else if (this.#updating.size > 0 && (standstill || !this.#isOneDown(allowance))) {
        return;
      } else if (this.#updating.size === 0 && (standstill || this.#patience.isOver(allowance))) {
        // The gate stays open for those that come later: they may be down, and a chain that stands still needs them.
        this.#hasRefused = true;
        this.#refuseWaiting(() => allowance.refusal);
      } else {
        // What is down may come back, and what came back from its update may not have had its turn to sign.
        await pause(POLL_MILLISECONDS);
      }
    }
  }

  /** Undefined if the answer is an error, with which the gate closes. */
  async #allowance(): Promise<RestartAllowance | undefined> {
    try {
      return await this.#args.allowance(new Set(this.#updating.keys()));
    } catch (error) {
      this.#closed ??= () => error as ChainfleetError;
      return undefined;
    }
  }

  #refuseWaiting(reason: ((name: string) => ChainfleetError) | undefined): void {
    for (const { name, refuse } of this.#waiting.splice(0)) {
      refuse(reason?.(name) ?? new Error(`${name} was not updated`));
    }
  }

  /** The next one, if the other runs leave a place for it. */
  async #takeClaimed(allowance: RestartAllowance): Promise<WaitingUpdate | undefined> {
    const next = this.#next();
    const { otherRuns } = this.#args;
    try {
      if (otherRuns !== undefined && !(await otherRuns.claim(next.name, allowance))) {
        return undefined;
      }
      if (this.#closed !== undefined) {
        await otherRuns?.release(next.name);
        return undefined;
      }
    } catch (error) {
      this.#closed ??= () => error as ChainfleetError;
      return undefined;
    }
    this.#lastRegion = next.region;
    return this.#take(next);
  }

  /** The next of the region whose validators are being updated, or else of the first region that has one waiting. */
  #next(): WaitingUpdate {
    const { regions } = this.#args;
    const rank = ({ region }: WaitingUpdate) =>
      region === undefined ? regions.length : region === this.#lastRegion ? -1 : regions.indexOf(region);
    return this.#waiting.reduce((first, other) => (rank(other) < rank(first) ? other : first));
  }

  /**
   * An update that costs the chain no vote. Either the validator has none, as a new one that is to replace a lost one. Or the
   * validator is down anyway, and the update may be what repairs it: its container does not run, or it proposes no blocks. A
   * validator that only does not answer this run may sign all the same, unless the chain stands still. A silent one may sign as
   * well if fewer validators than the quorum seem to be up while the chain makes blocks: a validator that was just voted in is
   * silent until its turn.
   */
  #takeHarmless({ chain, ended }: RestartAllowance, standstill: boolean): WaitingUpdate | undefined {
    const next = this.#waiting.find(({ name }) => {
      const down = chain?.down.get(name);
      return (
        chain?.withoutVote.has(name) === true ||
        ended.has(name) ||
        (down !== undefined && (standstill || (down.evidence === "silent" && chain?.hasQuorum === true)))
      );
    });
    return next && this.#take(next);
  }

  /** Whether one that waits seems to be down, so that it may be admitted once it is known that the chain stands still. */
  #isOneDown({ chain }: RestartAllowance): boolean {
    return this.#waiting.some(({ name }) => chain?.down.has(name));
  }

  #take(update: WaitingUpdate): WaitingUpdate {
    this.#waiting.splice(this.#waiting.indexOf(update), 1);
    return update;
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

function reasonOf({ name }: WaitingUpdate, { chain, ended }: RestartAllowance): string | undefined {
  return ended.get(name) ?? chain?.down.get(name)?.reason;
}

const POLL_MILLISECONDS = 500;

interface WaitingUpdate {
  readonly name: string;
  readonly region: string | undefined;
  readonly patienceSeconds: number;
  readonly admit: (reason: string | undefined) => void;
  readonly refuse: (error: Error) => void;
}

/**
 * The number of validators to update at once of a network that has lost no vote: half of the crash tolerance, so that the
 * chain still makes blocks if as many other validators fail during the update; at least one.
 */
export function updateWidth(validators: number): number {
  return Math.max(1, Math.floor(crashTolerance(validators) / 2));
}
