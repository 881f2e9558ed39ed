import type {
  CreateLaunchTemplateRequest,
  CreateLaunchTemplateResult,
  CreateLaunchTemplateVersionRequest,
  CreateLaunchTemplateVersionResult,
  DescribeLaunchTemplatesRequest,
  DescribeLaunchTemplatesResult,
  DescribeLaunchTemplateVersionsRequest,
  DescribeLaunchTemplateVersionsResult,
  LaunchTemplate,
  LaunchTemplateSpecification,
  LaunchTemplateVersion,
  ModifyLaunchTemplateRequest,
  ModifyLaunchTemplateResult,
} from "@aws-sdk/client-ec2";
import { once } from "../account/client-token";
import type { Region } from "../account/region";
import { existingImage } from "../images/images";
import { ApiError } from "../protocol/errors";
import { page } from "../protocol/page";

/** How a request names a launch template: by its id or by its name. */
export interface TemplateName {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
}

/** A launch template with all versions that are not deleted, in the order of their numbers. */
export interface Template {
  readonly id: string;
  readonly name: string;
  readonly versions: readonly LaunchTemplateVersion[];
}

/**
 * Reads a launch template. moto keeps deleted versions; this leaves them out.
 *
 * @throws {ApiError} InvalidLaunchTemplateId.NotFound or InvalidLaunchTemplateName.NotFoundException.
 */
export async function template(
  region: Region,
  { LaunchTemplateId, LaunchTemplateName }: TemplateName,
): Promise<Template> {
  if ((LaunchTemplateId === undefined) === (LaunchTemplateName === undefined)) {
    throw new ApiError(
      "MissingParameter",
      "Either a launch template ID or a launch template name must be specified, not both.",
    );
  }
  const { LaunchTemplateVersions = [] } = await region.ec2<DescribeLaunchTemplateVersionsResult>(
    "DescribeLaunchTemplateVersions",
    { LaunchTemplateId, LaunchTemplateName, MaxResults: 1_000_000 },
  );
  const [first] = LaunchTemplateVersions;
  const id = first?.LaunchTemplateId ?? "";
  const deleted = region.deletedVersions.get(id);
  return {
    id,
    name: first?.LaunchTemplateName ?? "",
    versions: LaunchTemplateVersions.filter(({ VersionNumber = 0 }) => !deleted?.has(VersionNumber)).map(
      withoutOwnTags,
    ),
  };
}

/** moto copies the tags of the template itself into the template's data. */
function withoutOwnTags(version: LaunchTemplateVersion): LaunchTemplateVersion {
  const { TagSpecifications, ...data } = version.LaunchTemplateData ?? {};
  const kept = TagSpecifications?.filter(({ ResourceType }) => ResourceType !== "launch-template") ?? [];
  return { ...version, LaunchTemplateData: { ...data, ...(kept.length > 0 && { TagSpecifications: kept }) } };
}

/**
 * The version that a number, `$Latest` or `$Default` (also: nothing) stands for.
 * Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateSpecification.html
 *
 * @throws {ApiError} InvalidLaunchTemplateId.VersionNotFound if the version does not exist or is deleted.
 */
export async function templateVersion(
  region: Region,
  specification: LaunchTemplateSpecification,
): Promise<LaunchTemplateVersion> {
  return versionOf(await template(region, specification), specification.Version ?? "$Default");
}

function versionOf({ id, versions }: Template, version: string): LaunchTemplateVersion {
  const found =
    version === "$Latest"
      ? versions.at(-1)
      : versions.find(({ DefaultVersion, VersionNumber }) =>
          version === "$Default" ? DefaultVersion : String(VersionNumber) === version,
        );
  if (found === undefined) {
    throw new ApiError(
      "InvalidLaunchTemplateId.VersionNotFound",
      `Could not find the specified version ${version} for the launch template with ID ${id}.`,
    );
  }
  return found;
}

/** CreateLaunchTemplate, with its first version, which is the default one. */
export async function createLaunchTemplate(
  region: Region,
  request: CreateLaunchTemplateRequest,
): Promise<CreateLaunchTemplateResult> {
  return once(region, "CreateLaunchTemplate", request, async () => {
    requireImage(region, request.LaunchTemplateData?.ImageId);
    const { ClientToken: _, ...rest } = request;
    return region.ec2<CreateLaunchTemplateResult>("CreateLaunchTemplate", rest);
  });
}

/**
 * CreateLaunchTemplateVersion. With a SourceVersion, the new version has the parameters of that version, except those
 * that the request names. AWS accepts an image that does not exist and answers with a warning; this is stricter and
 * refuses the version.
 *
 * Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html
 */
export async function createLaunchTemplateVersion(
  region: Region,
  request: CreateLaunchTemplateVersionRequest,
): Promise<CreateLaunchTemplateVersionResult> {
  return once(region, "CreateLaunchTemplateVersion", request, async () => {
    const { ClientToken: _, SourceVersion, ResolveAlias: __, LaunchTemplateData, ...rest } = request;
    const existing = await template(region, request);
    const source = SourceVersion === undefined ? {} : versionOf(existing, SourceVersion).LaunchTemplateData;
    const data = { ...source, ...LaunchTemplateData };
    requireImage(region, data.ImageId);
    return region.ec2<CreateLaunchTemplateVersionResult>("CreateLaunchTemplateVersion", {
      ...rest,
      LaunchTemplateData: data,
    });
  });
}

/** DescribeLaunchTemplateVersions: of one template by number, alias or range, or the aliases of all templates. */
export async function describeLaunchTemplateVersions(
  region: Region,
  request: DescribeLaunchTemplateVersionsRequest,
): Promise<DescribeLaunchTemplateVersionsResult> {
  const { Versions = [], MinVersion, MaxVersion, MaxResults, NextToken } = request;
  if (request.Filters !== undefined) {
    throw new ApiError(
      "InvalidParameterValue",
      "The local AWS API has no filters of launch template versions.",
    );
  }
  let selected: LaunchTemplateVersion[];
  if (request.LaunchTemplateId === undefined && request.LaunchTemplateName === undefined) {
    if (
      Versions.length === 0 ||
      Versions.some((version) => version !== "$Latest" && version !== "$Default")
    ) {
      throw new ApiError(
        "InvalidParameterValue",
        "Without a launch template, Versions must be '$Latest', '$Default', or both.",
      );
    }
    const templates = await allTemplates(region);
    selected = templates.flatMap((each) => Versions.map((version) => versionOf(each, version)));
  } else {
    const one = await template(region, request);
    selected =
      Versions.length > 0
        ? Versions.map((version) => versionOf(one, version))
        : one.versions
            .filter(({ VersionNumber = 0 }) => VersionNumber >= Number(MinVersion ?? 0))
            .filter(
              ({ VersionNumber = 0 }) => VersionNumber <= Number(MaxVersion ?? Number.POSITIVE_INFINITY),
            )
            // AWS lists the newest version first.
            .reverse();
  }
  const { items, next } = page(selected, MaxResults, NextToken);
  return { LaunchTemplateVersions: items, ...(next !== undefined && { NextToken: next }) };
}

/** DescribeLaunchTemplates. A name or an id that does not exist is refused; moto leaves such an id out. */
export async function describeLaunchTemplates(
  region: Region,
  request: DescribeLaunchTemplatesRequest,
): Promise<DescribeLaunchTemplatesResult> {
  const { MaxResults, NextToken, ...rest } = request;
  for (const LaunchTemplateId of request.LaunchTemplateIds ?? []) {
    await template(region, { LaunchTemplateId });
  }
  const { LaunchTemplates = [] } = await region.ec2<DescribeLaunchTemplatesResult>(
    "DescribeLaunchTemplates",
    {
      ...rest,
      MaxResults: 1_000_000,
    },
  );
  const described = await Promise.all(LaunchTemplates.map((each) => withLatest(region, each)));
  const { items, next } = page(described, MaxResults, NextToken);
  return { LaunchTemplates: items, ...(next !== undefined && { NextToken: next }) };
}

/** ModifyLaunchTemplate: makes another version the default one. */
export async function modifyLaunchTemplate(
  region: Region,
  request: ModifyLaunchTemplateRequest,
): Promise<ModifyLaunchTemplateResult> {
  const { id } = await template(region, request);
  const version = await templateVersion(region, { LaunchTemplateId: id, Version: request.DefaultVersion });
  const { LaunchTemplate: modified } = await region.ec2<ModifyLaunchTemplateResult>("ModifyLaunchTemplate", {
    LaunchTemplateId: id,
    DefaultVersion: String(version.VersionNumber),
  });
  return { ...(modified !== undefined && { LaunchTemplate: await withLatest(region, modified) }) };
}

async function allTemplates(region: Region): Promise<Template[]> {
  const { LaunchTemplates = [] } = await region.ec2<DescribeLaunchTemplatesResult>(
    "DescribeLaunchTemplates",
    {
      MaxResults: 1_000_000,
    },
  );
  return Promise.all(LaunchTemplates.map(({ LaunchTemplateId }) => template(region, { LaunchTemplateId })));
}

/** moto counts deleted versions too. */
async function withLatest(region: Region, each: LaunchTemplate): Promise<LaunchTemplate> {
  const { versions } = await template(region, { LaunchTemplateId: each.LaunchTemplateId });
  return { ...each, LatestVersionNumber: versions.at(-1)?.VersionNumber };
}

function requireImage(region: Region, id: string | undefined): void {
  // A template may leave the image to the request, or name a parameter of Systems Manager.
  if (id !== undefined && !id.startsWith("resolve:ssm:")) {
    existingImage(region, id);
  }
}
