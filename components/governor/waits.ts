import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { FailureKind } from "./failure";

/** What an operation waited for: a token of a rate limit, the repetition of a failed operation, or the update gate. */
export const WAIT_KINDS = ["throttle", "retry", "gate"] as const;
export type WaitKind = (typeof WAIT_KINDS)[number];

/** A wait of the program inside an operation on a resource: one line of `waits.jsonl` in the record of a run. */
export interface Wait {
  /** When the wait began, in milliseconds since the epoch. */
  readonly at: number;
  readonly seconds: number;
  readonly urn: string;
  readonly kind: WaitKind;
  /** What kind of failure is repeated after the wait. Only with the kind `retry`. */
  readonly failure?: FailureKind | undefined;
  /** One line for people. */
  readonly reason: string;
}

/** Notes a wait in the record of the run. Without `chainfleet`, there is no record, and nothing is noted. */
export function noteWait(wait: Wait): void {
  const directory = process.env[RUN_DIRECTORY];
  if (directory !== undefined && directory !== "") {
    appendFileSync(join(directory, WAITS_FILE), `${JSON.stringify(wait)}\n`, { mode: 0o600 });
  }
}

/** The environment variable in which `chainfleet` names the directory of a run's record. */
export const RUN_DIRECTORY = "CHAINFLEET_RUN_DIRECTORY";

/** The file of the waits in the record of a run. */
export const WAITS_FILE = "waits.jsonl";
