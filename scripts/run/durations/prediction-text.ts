import { durationText } from "../duration-text";
import type { Prediction } from "./prediction";

/** How long a run is expected to take, as the end of a sentence: how sure that is depends on what past runs have shown. */
export function expectedLength({
  seconds,
  operations,
  learned,
}: Pick<Prediction, "seconds" | "operations" | "learned">): string {
  return learned === operations
    ? `${durationText(seconds)}, the longest chain of ${operations} operations, as past runs have shown`
    : `at least ${durationText(seconds)}: past runs have shown how long ${learned} of its ${operations} operations take`;
}
