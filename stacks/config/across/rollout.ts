import type { Finding } from "../../../components/finding";
import { outlineRegions } from "../outline";

/**
 * Checks that the waves of a rollout have all regions. A wave that took whatever is left would put a new region into the
 * last wave unseen. Works on the unchecked config; sizes that the schema refuses are ignored here.
 */
export function incompleteRollout({ rollout, regions }: Readonly<Record<string, unknown>>): Finding[] {
  if (!Array.isArray(rollout) || rollout.length === 0 || !rollout.every(isSize)) {
    return [];
  }
  const sum = rollout.reduce((total, size) => total + size, 0);
  const { length } = outlineRegions(regions);
  return sum === length
    ? []
    : [
        {
          key: "rollout",
          problem: `has waves for ${sum} regions together, but there are ${length} regions; the numbers must add up to the number of regions`,
        },
      ];
}

function isSize(size: unknown): size is number {
  return typeof size === "number" && Number.isInteger(size) && size > 0;
}
