import type {
  DescribeAutoScalingInstancesCommandInput,
  DescribeAutoScalingInstancesCommandOutput,
  EnterStandbyQuery,
  ExitStandbyQuery,
  LifecycleState,
  Instance as MemberDescription,
  SetInstanceHealthQuery,
  SetInstanceProtectionQuery,
  TerminateInstanceInAutoScalingGroupType,
} from "@aws-sdk/client-auto-scaling";
import type { Region } from "../account/region";
import type { Instance } from "../instances/instance";
import { ApiError } from "../protocol/errors";
import { page } from "../protocol/page";
import { existingGroup } from "./group";

/** An instance as its group shows it. */
export function describeMember(instance: Instance): MemberDescription {
  const { launch } = instance;
  return {
    InstanceId: instance.id,
    InstanceType: launch.instanceType,
    AvailabilityZone: launch.zone,
    LifecycleState: lifecycleState(instance),
    HealthStatus: healthOf(instance),
    ...(launch.template !== undefined && {
      LaunchTemplate: {
        LaunchTemplateId: launch.template.id,
        LaunchTemplateName: launch.template.name,
        Version: launch.template.version,
      },
    }),
    ProtectedFromScaleIn: instance.isProtectedFromScaleIn,
  };
}

/**
 * Where an instance is in the life cycle of a group.
 * Source: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
 */
export function lifecycleState(instance: Instance): LifecycleState {
  switch (instance.state) {
    case "pending":
      return "Pending";
    case "shutting-down":
    case "terminated":
      return "Terminating";
    default:
      return instance.isStandby ? "Standby" : "InService";
  }
}

/** A group calls an instance unhealthy that does not run. */
function healthOf({ state, health }: Instance): "Healthy" | "Unhealthy" {
  return state === "stopping" || state === "stopped" ? "Unhealthy" : health;
}

export async function describeAutoScalingInstances(
  region: Region,
  request: DescribeAutoScalingInstancesCommandInput,
): Promise<Pick<DescribeAutoScalingInstancesCommandOutput, "AutoScalingInstances" | "NextToken">> {
  const instances = [...region.groups.values()]
    .flatMap((group) => group.members())
    .filter(({ id }) => request.InstanceIds === undefined || request.InstanceIds.includes(id))
    .map((instance) => {
      const { HealthStatus = "", ...member } = describeMember(instance);
      return {
        ...member,
        InstanceId: instance.id,
        AvailabilityZone: instance.launch.zone,
        LifecycleState: lifecycleState(instance),
        // Upper case in this answer, unlike in DescribeAutoScalingGroups.
        HealthStatus: HealthStatus.toUpperCase(),
        ProtectedFromScaleIn: instance.isProtectedFromScaleIn,
        AutoScalingGroupName: instance.launch.group ?? "",
      };
    });
  const { items, next } = page(instances, request.MaxRecords, request.NextToken);
  return { AutoScalingInstances: items, ...(next !== undefined && { NextToken: next }) };
}

/** TerminateInstanceInAutoScalingGroup: the group launches a replacement, unless its capacity is decremented too. */
export async function terminateMember(
  region: Region,
  request: TerminateInstanceInAutoScalingGroupType,
): Promise<object> {
  const instance = region.instances.get(request.InstanceId ?? "");
  if (instance?.launch.group === undefined) {
    throw new ApiError(
      "ValidationError",
      `Instance Id not found - No managed instance found for instance ID: ${request.InstanceId}`,
    );
  }
  const { settings } = existingGroup(region, instance.launch.group);
  if (request.ShouldDecrementDesiredCapacity) {
    if (settings.desiredCapacity - 1 < settings.minSize) {
      throw new ApiError(
        "ValidationError",
        "Currently, desiredSize equals minSize. Terminating instance without replacement will violate group's min size constraint.",
      );
    }
    settings.desiredCapacity -= 1;
  }
  instance.terminate();
  region.groups.get(instance.launch.group)?.changed();
  return {};
}

export async function setInstanceProtection(
  region: Region,
  request: SetInstanceProtectionQuery,
): Promise<object> {
  for (const instance of membersById(region, request.AutoScalingGroupName, request.InstanceIds)) {
    instance.isProtectedFromScaleIn = request.ProtectedFromScaleIn ?? false;
  }
  return {};
}

export async function setInstanceHealth(region: Region, request: SetInstanceHealthQuery): Promise<object> {
  const instance = region.instances.get(request.InstanceId ?? "");
  if (instance?.launch.group === undefined) {
    throw new ApiError("ValidationError", `No managed instance found for instance ID: ${request.InstanceId}`);
  }
  if (request.HealthStatus !== "Healthy" && request.HealthStatus !== "Unhealthy") {
    throw new ApiError("ValidationError", "The health status must be Healthy or Unhealthy.");
  }
  instance.health = request.HealthStatus;
  region.groups.get(instance.launch.group)?.changed();
  return {};
}

/** EnterStandby: without a decrement, the group replaces the instance. */
export async function enterStandby(region: Region, request: EnterStandbyQuery): Promise<object> {
  const instances = membersById(region, request.AutoScalingGroupName, request.InstanceIds);
  const group = existingGroup(region, request.AutoScalingGroupName);
  const wrong = instances.find((instance) => lifecycleState(instance) !== "InService");
  if (wrong !== undefined) {
    throw new ApiError("ValidationError", `The instance ${wrong.id} is not in InService.`);
  }
  if (request.ShouldDecrementDesiredCapacity) {
    const desiredCapacity = group.settings.desiredCapacity - instances.length;
    if (desiredCapacity < group.settings.minSize) {
      throw new ApiError(
        "ValidationError",
        `AutoScalingGroup ${group.name} has min-size=${group.settings.minSize}; standby would go below it.`,
      );
    }
    group.settings.desiredCapacity = desiredCapacity;
  }
  for (const instance of instances) {
    instance.isStandby = true;
  }
  group.changed();
  return {};
}

/** ExitStandby increments the desired capacity. */
export async function exitStandby(region: Region, request: ExitStandbyQuery): Promise<object> {
  const instances = membersById(region, request.AutoScalingGroupName, request.InstanceIds);
  const group = existingGroup(region, request.AutoScalingGroupName);
  const wrong = instances.find((instance) => lifecycleState(instance) !== "Standby");
  if (wrong !== undefined) {
    throw new ApiError("ValidationError", `The instance ${wrong.id} is not in Standby.`);
  }
  for (const instance of instances) {
    instance.isStandby = false;
  }
  group.settings.desiredCapacity += instances.length;
  group.changed();
  return {};
}

function membersById(region: Region, groupName: string | undefined, ids: readonly string[] = []): Instance[] {
  const members = new Map(
    existingGroup(region, groupName)
      .members()
      .map((instance) => [instance.id, instance]),
  );
  return ids.map((id) => {
    const member = members.get(id);
    if (member === undefined) {
      throw new ApiError(
        "ValidationError",
        `The instance ${id} is not part of Auto Scaling group ${groupName}.`,
      );
    }
    return member;
  });
}
