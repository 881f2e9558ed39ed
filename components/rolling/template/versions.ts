import {
  DeleteLaunchTemplateVersionsCommand,
  type LaunchTemplateVersion,
  paginateDescribeLaunchTemplateVersions,
} from "@aws-sdk/client-ec2";
import { ChainfleetError } from "../../error";
import { ec2 } from "../aws/clients";
import { isAwsError } from "../aws/errors";

/**
 * All versions of a template, or the given ones, the newest first.
 *
 * @param versions numbers, "$Latest" or "$Default".
 * @throws ChainfleetError TEMPLATE_GONE if the template does not exist.
 */
export async function describeVersions(
  region: string,
  template: { readonly id: string; readonly name: string },
  versions: readonly string[] = [],
): Promise<LaunchTemplateVersion[]> {
  const found: LaunchTemplateVersion[] = [];
  const request = {
    LaunchTemplateId: template.id,
    ResolveAlias: true,
    ...(versions.length === 0 ? {} : { Versions: [...versions] }),
  };
  try {
    for await (const page of paginateDescribeLaunchTemplateVersions({ client: ec2(region) }, request)) {
      found.push(...(page.LaunchTemplateVersions ?? []));
    }
  } catch (error) {
    if (isAwsError(error, "InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.VersionNotFound")) {
      throw new ChainfleetError({
        code: "TEMPLATE_GONE",
        summary: `Launch template ${template.name} (${template.id}, ${region}): ${(error as Error).message}`,
        next: "The group's launch template or its version was deleted. Give the group another version, then run again.",
        cause: error,
      });
    }
    throw error;
  }
  return found.sort((a, b) => (b.VersionNumber ?? 0) - (a.VersionNumber ?? 0));
}

/**
 * Deletes versions of a template. Versions that do not exist are no error.
 *
 * @throws ChainfleetError VERSIONS_NOT_DELETED with AWS's reason for each version that is still there.
 */
export async function deleteVersions(
  region: string,
  template: { readonly id: string; readonly name: string },
  versions: readonly number[],
): Promise<void> {
  for (let start = 0; start < versions.length; start += MOST_VERSIONS_A_CALL) {
    const { UnsuccessfullyDeletedLaunchTemplateVersions: failures = [] } = await ec2(region).send(
      new DeleteLaunchTemplateVersionsCommand({
        LaunchTemplateId: template.id,
        Versions: versions.slice(start, start + MOST_VERSIONS_A_CALL).map(String),
      }),
    );
    const remaining = failures.filter(
      ({ ResponseError }) => ResponseError?.Code !== "launchTemplateVersionDoesNotExist",
    );
    if (remaining.length > 0) {
      throw new ChainfleetError({
        code: "VERSIONS_NOT_DELETED",
        summary: `Launch template ${template.name} (${region}): ${remaining
          .map(
            ({ VersionNumber, ResponseError }) =>
              `version ${VersionNumber} was not deleted: ${ResponseError?.Message}`,
          )
          .join("; ")}.`,
        next: "The release itself has succeeded. The next run tries again.",
      });
    }
  }
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html */
const MOST_VERSIONS_A_CALL = 200;
