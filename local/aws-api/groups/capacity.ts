import type { DescribeAutoScalingGroupsCommandOutput } from "@aws-sdk/client-auto-scaling";
import type { Instance } from "../instances/instance";
import { launchInstances } from "../instances/run-instances";
import { ApiError } from "../protocol/errors";
import { isActive } from "../refresh/progress";
import { type Configuration, resolve } from "./configuration";
import type { Group } from "./group";

/**
 * Launches and terminates instances until the group has its desired capacity, and replaces instances that are stopped or
 * unhealthy. While a refresh is active, the refresh alone decides about instances.
 *
 * Source: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
 */
export async function adjustCapacity(group: Group): Promise<void> {
  const { region, settings } = group;
  if (hasActiveRefresh(group)) {
    return;
  }
  const members = group.members().filter(({ isStandby, state }) => !isStandby && state !== "shutting-down");
  const unhealthy = members.filter(
    ({ state, health }) => state === "stopping" || state === "stopped" || health === "Unhealthy",
  );
  for (const instance of unhealthy) {
    instance.terminate();
  }
  const healthy = members.filter((instance) => !unhealthy.includes(instance));
  const desired = group.isBeingDeleted ? 0 : settings.desiredCapacity;
  // A smaller group loses its oldest instances. AWS's default policy looks at zones and templates first, see
  // https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
  const removable = healthy.filter(
    ({ isProtectedFromScaleIn }) => group.isBeingDeleted || !isProtectedFromScaleIn,
  );
  for (const instance of removable.slice(0, Math.max(0, healthy.length - desired))) {
    instance.terminate();
  }
  for (let missing = desired - healthy.length; missing > 0 && !hasActiveRefresh(group); missing -= 1) {
    try {
      (await launchForGroup(group, settings.configuration)).boot();
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      console.error(`group ${group.name} in ${region.name} could not launch an instance: ${error.message}`);
      await region.account.clock.sleep(RETRY_SECONDS, region.account.signal);
      // Looks anew: meanwhile the group may have another capacity or another template.
      group.changed();
      return;
    }
  }
}

function hasActiveRefresh({ region, name }: Group): boolean {
  const [refresh] = region.refreshes.get(name) ?? [];
  return refresh !== undefined && isActive(refresh.progress.status);
}

/** How long a group waits after a failed launch. AWS publishes no figure. */
const RETRY_SECONDS = 60;

/**
 * Launches one instance for a group, in the zone with the fewest of its instances.
 *
 * @throws {ApiError} if EC2 refuses the launch, or the fault script lets the action `Launch` of the group fail.
 */
export async function launchForGroup(group: Group, configuration: Configuration): Promise<Instance> {
  const { region, settings } = group;
  const fault = region.account.faults.meet({ action: "Launch", region: region.name, names: [group.name] });
  if (fault?.action === "error") {
    throw new ApiError(fault.code ?? "InternalError", fault.message ?? "a scripted failure", fault.status);
  }
  const { templateId, version, instanceTypes } = await resolve(region, configuration);
  const counts = settings.subnetIds.map(
    (subnetId) => group.members().filter(({ launch }) => launch.subnetId === subnetId).length,
  );
  const SubnetId = settings.subnetIds[counts.indexOf(Math.min(...counts))];
  const { instances } = await launchInstances(
    region,
    {
      MinCount: 1,
      MaxCount: 1,
      LaunchTemplate: { LaunchTemplateId: templateId, Version: version },
      ...(instanceTypes?.[0] !== undefined && { InstanceType: instanceTypes[0] as never }),
      ...(SubnetId !== undefined && { SubnetId }),
      TagSpecifications: [{ ResourceType: "instance", Tags: await propagatedTags(group) }],
    },
    { name: group.name, isProtectedFromScaleIn: settings.protectsNewInstances },
  );
  const [instance] = instances;
  if (instance === undefined) {
    throw new Error(`moto launched no instance for ${group.name}`);
  }
  await region.autoScaling("AttachInstances", {
    AutoScalingGroupName: group.name,
    InstanceIds: [instance.id],
  });
  return instance;
}

async function propagatedTags({ region, name }: Group): Promise<{ Key: string; Value: string }[]> {
  const { AutoScalingGroups = [] } = await region.autoScaling<DescribeAutoScalingGroupsCommandOutput>(
    "DescribeAutoScalingGroups",
    { AutoScalingGroupNames: [name] },
  );
  return (AutoScalingGroups[0]?.Tags ?? [])
    .filter(({ PropagateAtLaunch }) => PropagateAtLaunch)
    .map(({ Key = "", Value = "" }) => ({ Key, Value }));
}
