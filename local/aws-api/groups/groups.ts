import type {
  AutoScalingGroup,
  CreateAutoScalingGroupType,
  DeleteAutoScalingGroupType,
  DescribeAutoScalingGroupsCommandInput,
  DescribeAutoScalingGroupsCommandOutput,
  SetDesiredCapacityType,
  UpdateAutoScalingGroupType,
} from "@aws-sdk/client-auto-scaling";
import type { DescribeSubnetsResult } from "@aws-sdk/client-ec2";
import type { Region } from "../account/region";
import { ApiError } from "../protocol/errors";
import { isActive } from "../refresh/progress";
import { checkedConfiguration, resolve } from "./configuration";
import { existingGroup, Group } from "./group";
import { describeMember } from "./members";

/**
 * CreateAutoScalingGroup. moto keeps the group as a record without instances of its own; groups/capacity.ts launches them.
 * Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
 */
export async function createGroup(region: Region, request: CreateAutoScalingGroupType): Promise<object> {
  requireKnown(request, [...UPDATABLE, ...ONLY_AT_CREATION]);
  const { AutoScalingGroupName: name = "", MinSize = 0, MaxSize = 0 } = request;
  if (region.groups.has(name)) {
    throw new ApiError(
      "AlreadyExists",
      `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
    );
  }
  const configuration = await checkedConfiguration(region, {
    LaunchTemplate: request.LaunchTemplate,
    MixedInstancesPolicy: request.MixedInstancesPolicy,
  });
  const settings = {
    name,
    minSize: MinSize,
    maxSize: MaxSize,
    desiredCapacity: request.DesiredCapacity ?? MinSize,
    configuration,
    healthCheckGracePeriod: request.HealthCheckGracePeriod ?? 0,
    ...(request.DefaultInstanceWarmup !== undefined && {
      defaultInstanceWarmup: request.DefaultInstanceWarmup,
    }),
    subnetIds: await subnetsOf(region, request),
    protectsNewInstances: request.NewInstancesProtectedFromScaleIn ?? false,
  };
  requireSizes(settings);
  await region.autoScaling("CreateAutoScalingGroup", {
    AutoScalingGroupName: name,
    // moto wants a template; which version the group has is known here only.
    LaunchTemplate: { LaunchTemplateId: (await resolve(region, configuration)).templateId },
    MinSize: 0,
    MaxSize: 1_000_000,
    DesiredCapacity: 0,
    VPCZoneIdentifier: settings.subnetIds.join(","),
    HealthCheckType: request.HealthCheckType,
    HealthCheckGracePeriod: request.HealthCheckGracePeriod,
    DefaultCooldown: request.DefaultCooldown,
    TerminationPolicies: request.TerminationPolicies,
    Tags: request.Tags,
  });
  const group = new Group(region, settings);
  region.groups.set(name, group);
  group.changed();
  return {};
}

/** UpdateAutoScalingGroup. Instances that run keep what they were launched with. */
export async function updateGroup(region: Region, request: UpdateAutoScalingGroupType): Promise<object> {
  requireKnown(request, UPDATABLE);
  const group = existingGroup(region, request.AutoScalingGroupName);
  const { settings } = group;
  const changed = {
    ...settings,
    minSize: request.MinSize ?? settings.minSize,
    maxSize: request.MaxSize ?? settings.maxSize,
  };
  changed.desiredCapacity =
    request.DesiredCapacity ?? Math.min(changed.maxSize, Math.max(changed.minSize, settings.desiredCapacity));
  requireSizes(changed);
  if (request.LaunchTemplate !== undefined || request.MixedInstancesPolicy !== undefined) {
    changed.configuration = await checkedConfiguration(region, {
      LaunchTemplate: request.LaunchTemplate,
      MixedInstancesPolicy: request.MixedInstancesPolicy,
    });
  }
  changed.healthCheckGracePeriod = request.HealthCheckGracePeriod ?? settings.healthCheckGracePeriod;
  changed.protectsNewInstances = request.NewInstancesProtectedFromScaleIn ?? settings.protectsNewInstances;
  const warmup = request.DefaultInstanceWarmup ?? settings.defaultInstanceWarmup;
  Object.assign(settings, changed, warmup === undefined ? {} : { defaultInstanceWarmup: warmup });
  group.changed();
  return {};
}

export async function setDesiredCapacity(region: Region, request: SetDesiredCapacityType): Promise<object> {
  const group = existingGroup(region, request.AutoScalingGroupName);
  const desiredCapacity = request.DesiredCapacity ?? 0;
  requireSizes({ ...group.settings, desiredCapacity });
  group.settings.desiredCapacity = desiredCapacity;
  group.changed();
  return {};
}

/**
 * DeleteAutoScalingGroup. A group with instances is deleted with ForceDelete only, and exists until they have ended.
 * Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
 */
export async function deleteGroup(region: Region, request: DeleteAutoScalingGroupType): Promise<object> {
  const group = existingGroup(region, request.AutoScalingGroupName);
  if (group.members().length > 0 && !request.ForceDelete) {
    throw new ApiError(
      "ResourceInUse",
      "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
    );
  }
  const [refresh] = region.refreshes.get(group.name) ?? [];
  if (refresh !== undefined && isActive(refresh.progress.status)) {
    refresh.cancelAtOnce();
  }
  group.isBeingDeleted = true;
  for (const instance of group.members()) {
    instance.terminate();
  }
  region.inBackground(`deletion of ${group.name}`, deleteWhenEmpty(group));
  return {};
}

async function deleteWhenEmpty(group: Group): Promise<void> {
  const { region, name } = group;
  while (group.members().length > 0) {
    await region.account.clock.sleep(1, region.account.signal);
  }
  await region.autoScaling("DeleteAutoScalingGroup", { AutoScalingGroupName: name, ForceDelete: true });
  region.groups.delete(name);
  region.refreshes.delete(name);
}

/** DescribeAutoScalingGroups: names, tags, zones and ARN are moto's, all else is the group's own. */
export async function describeGroups(
  region: Region,
  request: DescribeAutoScalingGroupsCommandInput,
): Promise<Pick<DescribeAutoScalingGroupsCommandOutput, "AutoScalingGroups" | "NextToken">> {
  const answer = await region.autoScaling<DescribeAutoScalingGroupsCommandOutput>(
    "DescribeAutoScalingGroups",
    request,
  );
  return {
    AutoScalingGroups: (answer.AutoScalingGroups ?? []).map((described) => describe(region, described)),
    ...(answer.NextToken && { NextToken: answer.NextToken }),
  };
}

function describe(region: Region, described: AutoScalingGroup): AutoScalingGroup {
  const group = region.groups.get(described.AutoScalingGroupName ?? "");
  if (group === undefined) {
    return described;
  }
  const { LaunchTemplate: _, MixedInstancesPolicy: __, ...rest } = described;
  const { settings } = group;
  return {
    ...rest,
    ...settings.configuration,
    MinSize: settings.minSize,
    MaxSize: settings.maxSize,
    DesiredCapacity: settings.desiredCapacity,
    HealthCheckGracePeriod: settings.healthCheckGracePeriod,
    ...(settings.defaultInstanceWarmup !== undefined && {
      DefaultInstanceWarmup: settings.defaultInstanceWarmup,
    }),
    NewInstancesProtectedFromScaleIn: settings.protectsNewInstances,
    Instances: group.members().map(describeMember),
    ...(group.isBeingDeleted && { Status: "Delete in progress" }),
  };
}

const UPDATABLE = [
  "AutoScalingGroupName",
  "MinSize",
  "MaxSize",
  "DesiredCapacity",
  "LaunchTemplate",
  "MixedInstancesPolicy",
  "HealthCheckGracePeriod",
  "DefaultInstanceWarmup",
  "NewInstancesProtectedFromScaleIn",
];
const ONLY_AT_CREATION = [
  "AvailabilityZones",
  "VPCZoneIdentifier",
  "HealthCheckType",
  "DefaultCooldown",
  "TerminationPolicies",
  "Tags",
];

/** A parameter that would have no effect here is refused: load balancers, maintenance policies, warm pools and others. */
function requireKnown(request: object, known: readonly string[]): void {
  const unknown = Object.keys(request).find((parameter) => !known.includes(parameter));
  if (unknown !== undefined) {
    throw new ApiError(
      "ValidationError",
      `The local AWS API does not simulate the parameter ${unknown} here.`,
    );
  }
}

function requireSizes(sizes: { minSize: number; maxSize: number; desiredCapacity: number }): void {
  const { minSize, maxSize, desiredCapacity } = sizes;
  if (minSize > maxSize) {
    throw new ApiError("ValidationError", "Max bound must be greater than or equal to min bound");
  }
  if (desiredCapacity < minSize || desiredCapacity > maxSize) {
    throw new ApiError(
      "ValidationError",
      `Desired capacity:${desiredCapacity} must be between the specified min size:${minSize} and max size:${maxSize}`,
    );
  }
}

/** Without subnets, a group launches into the default subnets of its zones. */
async function subnetsOf(region: Region, request: CreateAutoScalingGroupType): Promise<string[]> {
  if (request.VPCZoneIdentifier !== undefined && request.VPCZoneIdentifier !== "") {
    return request.VPCZoneIdentifier.split(",").map((id) => id.trim());
  }
  if (request.AvailabilityZones === undefined) {
    throw new ApiError("ValidationError", "At least one Availability Zone or VPC Subnet is required.");
  }
  const { Subnets = [] } = await region.ec2<DescribeSubnetsResult>("DescribeSubnets", {
    Filters: [
      { Name: "default-for-az", Values: ["true"] },
      { Name: "availability-zone", Values: request.AvailabilityZones },
    ],
  });
  return Subnets.flatMap(({ SubnetId }) => SubnetId ?? []);
}
