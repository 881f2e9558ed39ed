import { type OperationOptions, operate } from "../operation";
import { configuredRegions } from "../run/configured";
import { groupOf } from "../run/resource-names";
import { lastSummary } from "./last-summary";
import { patternsOf, selectRetry, staticNodesPattern } from "./selection";

/**
 * Runs `up` for the regions that the last run did not finish, or for the named regions. The resources of all other
 * regions stay as they are, but that their nodes get to know the addresses of new peers; what all regions share is brought up to date.
 *
 * @returns the exit code of the process, as that of `operate`.
 */
export async function retry(named: readonly string[], options: OperationOptions): Promise<number> {
  const configured = configuredRegions(options.stack);
  const selection = selectRetry({ named, configured, last: lastSummary(options.stack) });
  if (selection === undefined) {
    const message = `The last run of the stack "${options.stack}" succeeded. There is nothing to retry.`;
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ stack: options.stack, result: "nothing-to-retry", regions: [] })}\n`
        : `${message}\n`,
    );
    return 0;
  }
  const { regions, others, finished } = selection;
  process.stderr.write(
    regions.length === 0
      ? "Retrying what all regions share. The resources of the regions stay as they are.\n"
      : `Retrying ${regions.join(", ")}.${others.length > 0 ? " The resources of all other regions stay as they are." : ""}\n`,
  );
  return operate("up", {
    ...options,
    regions,
    // A region that fails again is left out as a whole, so that the engine finishes the other regions of the retry.
    exclusion: (failed) => ({
      exclude: [
        ...others,
        ...regions.filter((region) => failed.some((urn) => groupOf(urn, regions) === region)),
      ].flatMap(patternsOf),
    }),
    users: finished.map(staticNodesPattern),
  });
}
