import { runsOf, SUMMARY, textOf } from "../run/records/record-files";
import type { Summary } from "../run/summary";

/** The summary of a stack's last run; undefined if there was no run, or if the last run was killed. */
export function lastSummary(stackName: string): Summary | undefined {
  const last = runsOf(stackName).at(-1);
  const text = last === undefined ? undefined : textOf(last, SUMMARY);
  return text === undefined ? undefined : (JSON.parse(text) as Summary);
}
