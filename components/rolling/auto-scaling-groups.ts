import { type AutoScalingGroup, paginateDescribeAutoScalingGroups } from "@aws-sdk/client-auto-scaling";
import { autoScaling } from "./aws/clients";
import type { GroupConfig } from "./plan/plan";

/** The groups that exist in AWS, by `groupKey`. */
export async function describeGroups(
  groups: readonly Pick<GroupConfig, "region" | "autoScalingGroup">[],
): Promise<Map<string, AutoScalingGroup>> {
  const regions = [...new Set(groups.map(({ region }) => region))];
  const found = new Map<string, AutoScalingGroup>();
  await Promise.all(
    regions.map(async (region) => {
      const names = groups.filter((group) => group.region === region).map((group) => group.autoScalingGroup);
      for (let start = 0; start < names.length; start += MOST_NAMES_A_CALL) {
        const pages = paginateDescribeAutoScalingGroups(
          { client: autoScaling(region) },
          { AutoScalingGroupNames: names.slice(start, start + MOST_NAMES_A_CALL) },
        );
        for await (const { AutoScalingGroups = [] } of pages) {
          for (const group of AutoScalingGroups) {
            found.set(groupKey(region, group.AutoScalingGroupName ?? ""), group);
          }
        }
      }
    }),
  );
  return found;
}

/** The API's default page, and the most names that one call takes. */
const MOST_NAMES_A_CALL = 50;

/** Identifies a group in all regions. */
export function groupKey(region: string, autoScalingGroup: string): string {
  return `${region}/${autoScalingGroup}`;
}

/** The launch template of a group. */
export interface UsedTemplate {
  readonly template: { readonly id: string; readonly name: string };
  /** A number, "$Latest" or "$Default". */
  readonly version: string;
}

/** The launch template that a group uses; undefined if the group has a launch configuration. */
export function templateOf(group: AutoScalingGroup): UsedTemplate | undefined {
  const specification =
    group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? group.LaunchTemplate;
  if (specification?.LaunchTemplateId === undefined) {
    return undefined;
  }
  const {
    LaunchTemplateId: id,
    LaunchTemplateName: name = id,
    Version: version = "$Default",
  } = specification;
  return { template: { id, name }, version };
}

/**
 * The mixed instances policy of a group in the form of a request: AWS answers with empty lists that it does not accept.
 *
 * @returns undefined if the group has a launch template of its own.
 */
export function policyOf({ MixedInstancesPolicy: policy }: AutoScalingGroup): object | undefined {
  if (policy?.LaunchTemplate === undefined) {
    return undefined;
  }
  const { Overrides = [], ...launchTemplate } = policy.LaunchTemplate;
  return {
    ...policy,
    LaunchTemplate: { ...launchTemplate, ...(Overrides.length === 0 ? {} : { Overrides }) },
  };
}
