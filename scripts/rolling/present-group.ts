import type { AutoScalingGroup } from "@aws-sdk/client-auto-scaling";
import { ChainfleetError } from "../../components/error";
import { describeGroups, groupKey, policyOf, templateOf } from "../../components/rolling/auto-scaling-groups";
import type { GroupConfig } from "../../components/rolling/plan/plan";
import { describeVersions } from "../../components/rolling/template/versions";

/** A group as it is in AWS now. */
export interface PresentGroup extends GroupConfig {
  readonly template: { readonly id: string; readonly name: string };
  /** The number of the group's launch template version. */
  readonly version: number;
  /** The description of that version. */
  readonly description: string | undefined;
  /** The image of that version; undefined if the version names none. */
  readonly image: string | undefined;
  readonly mixedInstancesPolicy: object | undefined;
  /** The number of instances that the group should have. */
  readonly desired: number;
  /** The ids of the instances in service, sorted. */
  readonly inService: readonly string[];
}

/**
 * Reads groups from AWS, all groups of a region in one call.
 *
 * @returns a function that reads one of the groups. It throws ChainfleetError `GROUP_GONE`, `GROUP_WITHOUT_TEMPLATE` or
 *   `TEMPLATE_GONE`, or an error of the SDK.
 */
export function presentGroups(groups: readonly GroupConfig[]): (group: GroupConfig) => Promise<PresentGroup> {
  const byRegion = new Map<string, ReturnType<typeof describeGroups>>();
  return async (group) => {
    const { region, autoScalingGroup } = group;
    const answer = byRegion.get(region) ?? describeGroups(groups.filter((other) => other.region === region));
    byRegion.set(region, answer);
    return present(group, (await answer).get(groupKey(region, autoScalingGroup)));
  };
}

async function present(config: GroupConfig, group: AutoScalingGroup | undefined): Promise<PresentGroup> {
  const { name, region, autoScalingGroup } = config;
  if (group === undefined) {
    throw new ChainfleetError({
      code: "GROUP_GONE",
      summary: `Group ${name}: there is no Auto Scaling Group ${autoScalingGroup} in ${region}.`,
      next: "Take the group out of rolling.groups, or create it. The other groups are not affected.",
    });
  }
  const used = templateOf(group);
  if (used === undefined) {
    throw new ChainfleetError({
      code: "GROUP_WITHOUT_TEMPLATE",
      summary: `Group ${name}: ${autoScalingGroup} (${region}) has a launch configuration and no launch template.`,
      next: "Give the group a launch template; launch configurations have no versions. The other groups are not affected.",
    });
  }
  const [version] = await describeVersions(region, used.template, [used.version]);
  return {
    ...config,
    template: used.template,
    version: version?.VersionNumber ?? 0,
    description: version?.VersionDescription,
    image: version?.LaunchTemplateData?.ImageId,
    mixedInstancesPolicy: policyOf(group),
    desired: group.DesiredCapacity ?? 0,
    inService: (group.Instances ?? [])
      .filter(({ LifecycleState }) => LifecycleState === "InService")
      .flatMap(({ InstanceId }) => InstanceId ?? [])
      .sort(),
  };
}

/** The group in messages. @example "web (eu-west-1)" */
export function label({ name, region }: Pick<GroupConfig, "name" | "region">): string {
  return `${name} (${region})`;
}
