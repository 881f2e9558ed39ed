import { rmSync } from "node:fs";
import { join } from "node:path";
import { ChainfleetError } from "../../../components/error";
import { RUNS, runsOf } from "./record-files";

/** How many records of a stack are kept if `CHAINFLEET_RUNS_KEPT` does not say otherwise. */
export const DEFAULT_RUNS_KEPT = 50;

/**
 * How many records of a stack are kept. An environment variable, because records belong to the machine on which the command
 * runs and not to the stack, whose config all machines share.
 *
 * @throws ChainfleetError `RUNS_KEPT_INVALID`
 */
export function runsKept(variable: string | undefined = process.env.CHAINFLEET_RUNS_KEPT): number {
  if (variable === undefined || variable === "") {
    return DEFAULT_RUNS_KEPT;
  }
  if (!/^[1-9]\d{0,4}$/.test(variable)) {
    throw new ChainfleetError({
      code: "RUNS_KEPT_INVALID",
      summary: `The environment variable CHAINFLEET_RUNS_KEPT is "${variable}". Nothing was changed.`,
      next: `Set the variable to the number of records to keep of each stack, from 1 to 99999, or unset it to keep ${DEFAULT_RUNS_KEPT}.`,
    });
  }
  return Number(variable);
}

/** Deletes the oldest records of a stack. The newest ones stay, and with them the one that a recovery reads. */
export function deleteOldRuns(stackName: string, kept: number): void {
  for (const id of runsOf(stackName).slice(0, -kept)) {
    rmSync(join(RUNS, id), { recursive: true, force: true });
  }
}
