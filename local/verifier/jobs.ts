import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Hex } from "viem";
import { writeAtomically } from "../cloud/engine/resources/store";
import type { Claim, Failed, Outcome, Verified } from "./verify";

/** A contract on one explorer. Each explorer knows only its own verifications. */
export interface ContractLocation {
  readonly explorer: "etherscan" | "blockscout" | "sourcify";
  readonly chainId: number;
  /** The hash of block 0, so that a verification does not carry over to another chain with the same id. */
  readonly genesis: Hex;
  /** In lower case. */
  readonly address: Hex;
}

/** A verification. The job is lost when the service ends, but its result is on disk. */
export interface Job {
  readonly id: string;
  readonly location: ContractLocation;
  readonly startedAt: Date;
  /** Absent while the verification is under way. */
  finished?: { readonly at: Date; readonly outcome: Outcome };
}

/** The part of a claim that is published. */
export type Published = Pick<Claim, "contract" | "compilerVersion" | "input">;

/** The record of a verified contract on disk. */
export interface VerifiedContract extends Published, Verified {
  readonly verifiedAt: string;
}

/** The verifications of all explorers and their results; each contract's result is one file, replaced atomically. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #folder: string;

  /** @param seconds minimum duration of a verification, for the wait in a real explorer's queue */
  constructor(
    folder: string,
    readonly seconds: number,
  ) {
    this.#folder = join(folder, "verified");
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Starts a verification. */
  submit(location: ContractLocation, claim: Published, verify: () => Promise<Outcome>): Job {
    const job: Job = { id: randomUUID(), location, startedAt: new Date() };
    this.#jobs.set(job.id, job);
    void this.#run(job, claim, verify);
    return job;
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  isUnderWay(location: ContractLocation): boolean {
    return [...this.#jobs.values()].some(
      (job) => job.finished === undefined && this.#file(job.location) === this.#file(location),
    );
  }

  /** The contract's record; undefined if the contract is not verified. */
  verified(location: ContractLocation): VerifiedContract | undefined {
    const file = this.#file(location);
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as VerifiedContract) : undefined;
  }

  async #run(job: Job, claim: Published, verify: () => Promise<Outcome>): Promise<void> {
    const [outcome] = await Promise.all([
      verify().catch((error: Error): Failed => {
        console.error(`${job.location.explorer} ${job.id}: ${error.stack}`);
        return { kind: "failed", code: "internal_error", message: "The server encountered an error." };
      }),
      delay(this.seconds * 1000),
    ]);
    const at = new Date();
    const previous = this.verified(job.location);
    if (
      outcome.kind === "verified" &&
      previous !== undefined &&
      exactMatches(outcome) <= exactMatches(previous)
    ) {
      const message = "The contract is already verified and the job didn't yield a better match.";
      job.finished = { at, outcome: { kind: "failed", code: "already_verified", message } };
      return;
    }
    if (outcome.kind === "verified") {
      const { contract, compilerVersion, input } = claim;
      const verifiedAt = at.toISOString();
      const record: VerifiedContract = { contract, compilerVersion, input, ...outcome, verifiedAt };
      writeAtomically(this.#file(job.location), JSON.stringify(record));
    }
    job.finished = { at, outcome };
  }

  #file({ explorer, chainId, genesis, address }: ContractLocation): string {
    return join(this.#folder, `${explorer}-${chainId}-${genesis}-${address}.json`);
  }
}

function exactMatches({ runtimeMatch, creationMatch }: Verified): number {
  return [runtimeMatch, creationMatch].filter((match) => match === "exact_match").length;
}
