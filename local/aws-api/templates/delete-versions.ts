import type {
  DeleteLaunchTemplateVersionsRequest,
  DeleteLaunchTemplateVersionsResponseErrorItem,
  DeleteLaunchTemplateVersionsResponseSuccessItem,
  DeleteLaunchTemplateVersionsResult,
} from "@aws-sdk/client-ec2";
import type { Region } from "../account/region";
import { ApiError } from "../protocol/errors";
import { template } from "./templates";

/**
 * DeleteLaunchTemplateVersions, which moto lacks. Each version is deleted or refused on its own. The default version
 * cannot be deleted, and the number of a deleted version is never used again. At most 200 versions in one request.
 *
 * Sources: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html,
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/delete-launch-template.html, and for the codes
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ResponseError.html
 */
export async function deleteLaunchTemplateVersions(
  region: Region,
  request: DeleteLaunchTemplateVersionsRequest,
): Promise<DeleteLaunchTemplateVersionsResult> {
  const { Versions = [] } = request;
  if (Versions.length === 0) {
    throw new ApiError("MissingParameter", "The request must contain the parameter LaunchTemplateVersion");
  }
  if (Versions.length > MAXIMUM) {
    throw new ApiError("InvalidParameterValue", `At most ${MAXIMUM} versions can be deleted in one request.`);
  }
  const aliased = Versions.find((version) => !/^\d+$/.test(version));
  if (aliased !== undefined) {
    throw new ApiError("InvalidParameterValue", `The version ${aliased} is not a version number.`);
  }
  const { id, name, versions } = await template(region, request);
  const deleted: DeleteLaunchTemplateVersionsResponseSuccessItem[] = [];
  const refused: DeleteLaunchTemplateVersionsResponseErrorItem[] = [];
  const gone = region.deletedVersions.get(id) ?? new Set<number>();
  region.deletedVersions.set(id, gone);
  for (const version of Versions) {
    const VersionNumber = Number(version);
    const item = { LaunchTemplateId: id, LaunchTemplateName: name, VersionNumber };
    const found = versions.find((each) => each.VersionNumber === VersionNumber);
    if (found === undefined || gone.has(VersionNumber)) {
      refused.push({
        ...item,
        ResponseError: {
          Code: "launchTemplateVersionDoesNotExist",
          Message: `The launch template version ${version} does not exist.`,
        },
      });
    } else if (found.DefaultVersion) {
      refused.push({
        ...item,
        ResponseError: {
          Code: "unexpectedError",
          Message: `The version ${version} is the default version of the launch template and cannot be deleted.`,
        },
      });
    } else {
      gone.add(VersionNumber);
      deleted.push(item);
    }
  }
  return {
    SuccessfullyDeletedLaunchTemplateVersions: deleted,
    UnsuccessfullyDeletedLaunchTemplateVersions: refused,
  };
}

const MAXIMUM = 200;
