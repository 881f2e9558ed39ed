import { ChainfleetError } from "../components/error";
import type { Config } from "./config/schema";
import { type CloudAnswers, surveyRegion } from "./site";

/**
 * Asks all clouds at the same time what the regions depend on.
 *
 * @param stack the stack of the network, which the tags of its resources name.
 * @throws ChainfleetError with the problems of all regions. Nothing has been created then.
 */
export async function surveyRegions(config: Config, stack: string): Promise<CloudAnswers[]> {
  const network = { network: config.network.name, stack };
  const surveys = await Promise.allSettled(config.regions.map((region) => surveyRegion(network, region)));
  const failures = surveys.flatMap((survey) => (survey.status === "rejected" ? [survey.reason] : []));
  if (failures.length > 0) {
    throw failures.length === 1 ? failures[0] : severalFailures(failures);
  }
  const surveyed = surveys.flatMap((survey) => (survey.status === "fulfilled" ? [survey.value] : []));
  const problems = surveyed.flatMap((region, index) =>
    region.problems.map((problem) => `  chainfleet:regions[${index}] ${problem}`),
  );
  if (problems.length > 0) {
    throw new ChainfleetError({
      code: "REGIONS_IMPOSSIBLE",
      summary: `The clouds would refuse regions of the network as they are configured; nothing was changed.\n${problems.join("\n")}`,
      next: "Correct the regions. If a quota is too small: ask for a larger one, or configure fewer validators or smaller machines.",
    });
  }
  return surveyed.map(({ answers }) => answers);
}

function severalFailures(failures: readonly unknown[]): ChainfleetError {
  const texts = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
  return new ChainfleetError({
    code: "REGIONS_UNKNOWN",
    summary: `The clouds of ${failures.length} regions did not tell what the regions depend on; nothing was changed.\n${texts.join("\n")}`,
    cause: failures[0],
  });
}
