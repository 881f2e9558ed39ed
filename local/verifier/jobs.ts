import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Hex } from "viem";
import { writeAtomically } from "../cloud/engine/store";
import type { Claim, Failed, Outcome, Verified } from "./verify";

/** Where a contract is, as one explorer sees it: each knows its own verifications only. */
export interface Place {
  readonly explorer: "etherscan" | "blockscout" | "sourcify";
  readonly chainId: number;
  /** The hash of block 0: what was verified on another chain of the same id is not verified here. */
  readonly genesis: Hex;
  /** In lower case. */
  readonly address: Hex;
}

/** A verification. Forgotten when the service ends; what came out of it is not. */
export interface Job {
  readonly id: string;
  readonly place: Place;
  readonly startedAt: Date;
  /** Absent while it is under way. */
  finished?: { readonly at: Date; readonly outcome: Outcome };
}

/** The part of a claim that is published. */
export type Published = Pick<Claim, "contract" | "compilerVersion" | "input">;

/** What is kept of a contract. */
export interface VerifiedContract extends Published, Verified {
  readonly verifiedAt: string;
}

/** The verifications of all explorers, and what they led to: a file a contract, replaced as a whole. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #folder: string;

  /** @param seconds that a verification takes at least, as in an explorer's queue */
  constructor(
    folder: string,
    readonly seconds: number,
  ) {
    this.#folder = join(folder, "verified");
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Starts a verification. */
  submit(place: Place, claim: Published, verify: () => Promise<Outcome>): Job {
    const job: Job = { id: randomUUID(), place, startedAt: new Date() };
    this.#jobs.set(job.id, job);
    void this.#run(job, claim, verify);
    return job;
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  isUnderWay(place: Place): boolean {
    return [...this.#jobs.values()].some(
      (job) => job.finished === undefined && this.#file(job.place) === this.#file(place),
    );
  }

  /** Undefined if it is not verified. */
  verified(place: Place): VerifiedContract | undefined {
    const file = this.#file(place);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as VerifiedContract) : undefined;
  }

  async #run(job: Job, claim: Published, verify: () => Promise<Outcome>): Promise<void> {
    const [outcome] = await Promise.all([
      verify().catch((error: Error): Failed => {
        console.error(`${job.place.explorer} ${job.id}: ${error.stack}`);
        return { verified: false, code: "internal_error", message: "The server encountered an error." };
      }),
      delay(this.seconds * 1000),
    ]);
    const at = new Date();
    const before = this.verified(job.place);
    if (outcome.verified && before !== undefined && worth(outcome) <= worth(before)) {
      const message = "The contract is already verified and the job didn't yield a better match.";
      job.finished = { at, outcome: { verified: false, code: "already_verified", message } };
      return;
    }
    if (outcome.verified) {
      const { contract, compilerVersion, input } = claim;
      const verifiedAt = at.toISOString();
      const kept: VerifiedContract = { contract, compilerVersion, input, ...outcome, verifiedAt };
      writeAtomically(this.#file(job.place), JSON.stringify(kept));
    }
    job.finished = { at, outcome };
  }

  #file({ explorer, chainId, genesis, address }: Place): string {
    return join(this.#folder, `${explorer}-${chainId}-${genesis}-${address}.json`);
  }
}

function worth({ runtimeMatch, creationMatch }: Verified): number {
  return [runtimeMatch, creationMatch].filter((match) => match === "exact_match").length;
}
