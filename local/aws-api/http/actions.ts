import type { ServiceName } from "../account/moto-client";
import type { Region } from "../account/region";
import { createGroup, deleteGroup, describeGroups, setDesiredCapacity, updateGroup } from "../groups/groups";
import {
  describeAutoScalingInstances,
  enterStandby,
  exitStandby,
  setInstanceHealth,
  setInstanceProtection,
  terminateMember,
} from "../groups/members";
import { describeImageAttribute, describeImages } from "../images/describe";
import { createImage, deregisterImage, registerImage } from "../images/images";
import { createSnapshot, deleteSnapshot, describeSnapshots } from "../images/snapshots";
import {
  rebootInstances,
  startInstances,
  stopInstances,
  terminateInstances,
} from "../instances/change-state";
import { describeInstanceStatus, describeInstances } from "../instances/describe";
import { runInstances } from "../instances/run-instances";
import { ApiError } from "../protocol/errors";
import type { Structure } from "../protocol/service-model";
import {
  cancelInstanceRefresh,
  describeInstanceRefreshes,
  rollbackInstanceRefresh,
  startInstanceRefresh,
} from "../refresh/refreshes";
import { deleteLaunchTemplateVersions } from "../templates/delete-versions";
import {
  createLaunchTemplate,
  createLaunchTemplateVersion,
  describeLaunchTemplates,
  describeLaunchTemplateVersions,
  modifyLaunchTemplate,
} from "../templates/templates";

type Action = (region: Region, request: never) => Promise<object>;

/** The actions that moto lacks or does unlike AWS. */
const OWN: Readonly<Record<ServiceName, Readonly<Record<string, Action>>>> = {
  ec2: {
    CreateImage: createImage,
    CreateLaunchTemplate: createLaunchTemplate,
    CreateLaunchTemplateVersion: createLaunchTemplateVersion,
    CreateSnapshot: createSnapshot,
    DeleteLaunchTemplateVersions: deleteLaunchTemplateVersions,
    DeleteSnapshot: deleteSnapshot,
    DeregisterImage: deregisterImage,
    DescribeImageAttribute: describeImageAttribute,
    DescribeImages: describeImages,
    DescribeInstanceStatus: describeInstanceStatus,
    DescribeInstances: describeInstances,
    DescribeLaunchTemplates: describeLaunchTemplates,
    DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
    DescribeSnapshots: describeSnapshots,
    ModifyLaunchTemplate: modifyLaunchTemplate,
    RebootInstances: rebootInstances,
    RegisterImage: (region, request) => registerImage(region, request),
    RunInstances: runInstances,
    StartInstances: startInstances,
    StopInstances: stopInstances,
    TerminateInstances: terminateInstances,
  },
  autoscaling: {
    CancelInstanceRefresh: cancelInstanceRefresh,
    CreateAutoScalingGroup: createGroup,
    DeleteAutoScalingGroup: deleteGroup,
    DescribeAutoScalingGroups: describeGroups,
    DescribeAutoScalingInstances: describeAutoScalingInstances,
    DescribeInstanceRefreshes: describeInstanceRefreshes,
    EnterStandby: enterStandby,
    ExitStandby: exitStandby,
    RollbackInstanceRefresh: rollbackInstanceRefresh,
    SetDesiredCapacity: setDesiredCapacity,
    SetInstanceHealth: setInstanceHealth,
    SetInstanceProtection: setInstanceProtection,
    StartInstanceRefresh: startInstanceRefresh,
    TerminateInstanceInAutoScalingGroup: terminateMember,
    UpdateAutoScalingGroup: updateGroup,
  },
};

/**
 * The actions of EC2 and Auto Scaling that moto would do around this service's back: it would launch instances, end them,
 * or make images of them without a disk.
 */
const REFUSED: Readonly<Record<ServiceName, RegExp>> = {
  ec2: /^(CopyImage|CopySnapshot|CreateSnapshots|CreateFleet|RequestSpotInstances|RequestSpotFleet|ImportImage|RestoreImageFromRecycleBin)$/,
  autoscaling:
    /^(?!Describe|CreateOrUpdateTags$|DeleteTags$|SuspendProcesses$|ResumeProcesses$|EnableMetricsCollection$|DisableMetricsCollection$)/,
};

/** Does an action: the front's own code if there is one, else moto. */
export async function act(
  region: Region,
  service: ServiceName,
  action: string,
  request: Structure,
): Promise<Structure> {
  const own = OWN[service][action];
  if (own !== undefined) {
    requireNoDryRun(request);
    return (await own(region, request as never)) as Structure;
  }
  if (REFUSED[service].test(action)) {
    throw new ApiError("UnsupportedOperation", `The local AWS API does not simulate ${service}:${action}.`);
  }
  return region.moto.call(service, action, request);
}

/** The code with which EC2 answers a permitted request that asks for nothing to be done. */
function requireNoDryRun({ DryRun }: Structure): void {
  if (DryRun === true) {
    throw new ApiError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
  }
}
