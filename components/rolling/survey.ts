import type { AutoScalingGroup } from "@aws-sdk/client-auto-scaling";
import { DescribeInstancesCommand, type Image } from "@aws-sdk/client-ec2";
import { ChainfleetError } from "../error";
import { memoizeSuccess } from "../memoize-success";
import { describeGroups, groupKey, policyOf, templateOf, type UsedTemplate } from "./auto-scaling-groups";
import { ec2 } from "./aws/clients";
import { describeImage, lineageOf } from "./image/describe-image";
import { isOwnVersion, parseVersionDescription } from "./plan/ownership";
import type { GroupConfig, RunningInstance, SurveyedGroup } from "./plan/plan";
import type { Release } from "./plan/release";
import { describeVersions } from "./template/versions";

/**
 * Asks AWS for the groups of a release: their launch templates, images and, for the strategy "standard", instances. The
 * answers decide which resources the release has.
 *
 * A group that already has a version which this very release made counts with the version before it, so that a run that is
 * repeated plans the same resources.
 *
 * @throws ChainfleetError GROUPS_IMPOSSIBLE with the problems of all groups. Nothing has been created then.
 */
export async function surveyGroups(
  groups: readonly GroupConfig[],
  release: Release,
  address: "private" | "public",
): Promise<SurveyedGroup[]> {
  const found = await describeGroups(groups);
  const questions = {
    address,
    // Many groups have the same template and the same image.
    describeBase: memoizeSuccess(({ region, template, version }: UsedVersion) =>
      baseVersion(region, template, version, release),
    ),
    describeBaseImage: memoizeSuccess(({ region, id }: BaseImage) => describeImage(region, id)),
  };
  const surveys = await Promise.allSettled(
    groups.map((group) =>
      survey(group, found.get(groupKey(group.region, group.autoScalingGroup)), questions),
    ),
  );
  const problems = surveys.flatMap((result) =>
    result.status === "rejected" ? [(result.reason as Error).message] : [],
  );
  if (problems.length > 0) {
    throw new ChainfleetError({
      code: "GROUPS_IMPOSSIBLE",
      summary: `${problems.length === 1 ? "A group" : `${problems.length} groups`} of rolling.groups cannot be released:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
      next: "Nothing was changed. Correct rolling.groups in the stack's config, or the groups in AWS; then run again.",
    });
  }
  return surveys.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}

interface UsedVersion extends UsedTemplate {
  readonly region: string;
}

interface BaseImage {
  readonly region: string;
  readonly id: string;
}

interface Questions {
  readonly address: "private" | "public";
  readonly describeBase: (version: UsedVersion) => Promise<BaseVersion>;
  readonly describeBaseImage: (image: BaseImage) => Promise<Image | undefined>;
}

async function survey(
  config: GroupConfig,
  group: AutoScalingGroup | undefined,
  { address, describeBase, describeBaseImage }: Questions,
): Promise<SurveyedGroup> {
  const where = `${config.name}: ${config.autoScalingGroup} in ${config.region}`;
  if (group === undefined) {
    throw new Error(`${where} does not exist`);
  }
  const used = templateOf(group);
  if (used === undefined) {
    throw new Error(`${where} has a launch configuration and no launch template`);
  }
  const { template } = used;
  const base = await describeBase({ region: config.region, ...used });
  if (base.image === undefined) {
    throw new Error(`${where}: version ${base.version} of launch template ${template.name} names no image`);
  }
  const image = await describeBaseImage({ region: config.region, id: base.image });
  if (image === undefined) {
    throw new Error(
      `${where}: the image ${base.image} of version ${base.version} of launch template ${template.name} does not exist`,
    );
  }
  return {
    ...config,
    template,
    baseVersion: base.version,
    baseImage: base.image,
    lineage: lineageOf(image),
    subnetId: base.hasNetworkInterfaces ? undefined : firstSubnet(group),
    mixedInstancesPolicy: policyOf(group),
    instances: config.strategy === "standard" ? await runningInstances(config.region, group, address) : [],
  };
}

interface BaseVersion {
  readonly version: number;
  readonly image: string | undefined;
  readonly hasNetworkInterfaces: boolean;
}

async function baseVersion(
  region: string,
  template: { readonly id: string; readonly name: string },
  alias: string,
  release: Release,
): Promise<BaseVersion> {
  const [version] = await describeVersions(region, template, [alias]);
  const origin = parseVersionDescription(version?.VersionDescription);
  if (isOwnVersion(origin, release) && origin.releaseId === release.id) {
    return baseVersion(region, template, String(origin.sourceVersion), release);
  }
  return {
    version: version?.VersionNumber ?? 0,
    image: version?.LaunchTemplateData?.ImageId,
    hasNetworkInterfaces: (version?.LaunchTemplateData?.NetworkInterfaces ?? []).length > 0,
  };
}

/** A subnet beside network interfaces in the template is refused by EC2. The same subnet is chosen in each run. */
function firstSubnet({ VPCZoneIdentifier = "" }: AutoScalingGroup): string | undefined {
  return VPCZoneIdentifier.split(",")
    .map((subnet) => subnet.trim())
    .filter((subnet) => subnet !== "")
    .sort()[0];
}

async function runningInstances(
  region: string,
  { Instances = [] }: AutoScalingGroup,
  address: "private" | "public",
): Promise<RunningInstance[]> {
  const ids = Instances.filter(({ LifecycleState }) => LifecycleState === "InService").flatMap(
    ({ InstanceId }) => InstanceId ?? [],
  );
  if (ids.length === 0) {
    return [];
  }
  const { Reservations = [] } = await ec2(region).send(new DescribeInstancesCommand({ InstanceIds: ids }));
  return Reservations.flatMap((reservation) => reservation.Instances ?? [])
    .map(({ InstanceId = "", PrivateIpAddress, PublicIpAddress }) => ({
      id: InstanceId,
      host: (address === "private" ? PrivateIpAddress : PublicIpAddress) ?? "",
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
