import * as pulumi from "@pulumi/pulumi";
import { type CloudVersion, endedVersionProblem } from "./versions";

/** A region's cluster as far as the end of its support matters. */
export interface SupportedCluster extends CloudVersion {
  /** Name of the region. @example "eastus" */
  readonly region: string;
  /** Asks the cloud whether the cluster exists. Called only if the support of the version has ended. */
  readonly exists: () => Promise<boolean>;
}

/**
 * Why a region's cluster cannot be created with its Kubernetes version. The cloud refuses a version whose support has
 * ended to new clusters only, so a network that runs on such a version can still be changed; its operator is warned.
 *
 * @param today as an ISO date: "2026-11-25"
 * @returns the rest of a sentence that begins with the key of the region's version; undefined if there is no problem.
 */
export async function endOfSupportProblem(
  { region, exists, ...version }: SupportedCluster,
  today: string,
): Promise<string | undefined> {
  const problem = endedVersionProblem(version, today);
  if (problem === undefined || !(await exists())) {
    return problem;
  }
  void pulumi.log.warn(`The Kubernetes version of region ${region} ${problem}.`);
  return undefined;
}
