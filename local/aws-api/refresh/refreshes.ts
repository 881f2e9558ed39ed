import type {
  CancelInstanceRefreshType,
  DescribeInstanceRefreshesCommandOutput,
  DescribeInstanceRefreshesType,
  InstanceRefresh,
  RollbackInstanceRefreshType,
  StartInstanceRefreshType,
} from "@aws-sdk/client-auto-scaling";
import type { Region } from "../account/region";
import { checkedConfiguration, hasNumericVersion, requireLaunchable } from "../groups/configuration";
import { existingGroup } from "../groups/group";
import { ApiError } from "../protocol/errors";
import { page } from "../protocol/page";
import { checkedPreferences, describePreferences } from "./preferences";
import { isActive, percentage } from "./progress";
import { Refresh } from "./refresh";

/**
 * StartInstanceRefresh. What AWS would find out at the first launch, it refuses here: an image that does not exist or is
 * not available.
 *
 * Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
 */
export async function startInstanceRefresh(
  region: Region,
  request: StartInstanceRefreshType,
): Promise<{ InstanceRefreshId: string }> {
  const group = existingGroup(region, request.AutoScalingGroupName);
  requireNone(region, group.name);
  if (request.Strategy !== undefined && request.Strategy !== "Rolling") {
    throw new ApiError(
      "ValidationError",
      `The local AWS API knows the strategy Rolling only, and not ${request.Strategy}.`,
    );
  }
  const { settings } = group;
  const desired =
    request.DesiredConfiguration === undefined
      ? undefined
      : await checkedConfiguration(region, request.DesiredConfiguration);
  if (desired === undefined) {
    await requireLaunchable(region, settings.configuration);
  }
  const preferences = checkedPreferences(request.Preferences ?? {}, {
    defaultWarmup: settings.defaultInstanceWarmup ?? settings.healthCheckGracePeriod,
    canRollBack:
      desired !== undefined && hasNumericVersion(desired) && hasNumericVersion(settings.configuration),
  });
  // Another request may have started a refresh while this one was checked.
  requireNone(region, group.name);
  const refresh = new Refresh(group, preferences, desired);
  const refreshes = region.refreshes.get(group.name) ?? [];
  region.refreshes.set(group.name, [refresh, ...refreshes]);
  region.inBackground(`refresh ${refresh.id} of ${group.name}`, refresh.run());
  return { InstanceRefreshId: refresh.id };
}

/**
 * DescribeInstanceRefreshes, the newest first. Unknown ids are left out.
 * Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeInstanceRefreshes.html
 */
export async function describeInstanceRefreshes(
  region: Region,
  request: DescribeInstanceRefreshesType,
): Promise<Pick<DescribeInstanceRefreshesCommandOutput, "InstanceRefreshes" | "NextToken">> {
  const group = existingGroup(region, request.AutoScalingGroupName);
  const { InstanceRefreshIds: ids, MaxRecords = 50, NextToken } = request;
  if (MaxRecords > 100 || MaxRecords < 1) {
    throw new ApiError("ValidationError", "MaxRecords must be from 1 to 100.");
  }
  if (NextToken !== undefined && !/^\d+$/.test(NextToken)) {
    throw new ApiError("InvalidNextToken", "The NextToken value is not valid.");
  }
  const found = (region.refreshes.get(group.name) ?? []).filter(
    ({ id }) => ids === undefined || ids.includes(id),
  );
  const { items, next } = page(found, MaxRecords, NextToken);
  return { InstanceRefreshes: items.map(describe), ...(next !== undefined && { NextToken: next }) };
}

/** CancelInstanceRefresh, of a refresh or of a rollback. What was replaced stays replaced. */
export async function cancelInstanceRefresh(
  region: Region,
  request: CancelInstanceRefreshType,
): Promise<{ InstanceRefreshId: string }> {
  const refresh = activeRefresh(region, request.AutoScalingGroupName);
  if (request.WaitForTransitioningInstances ?? true) {
    refresh.cancel();
  } else {
    refresh.cancelAtOnce();
  }
  return { InstanceRefreshId: refresh.id };
}

/**
 * RollbackInstanceRefresh.
 * Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html
 */
export async function rollbackInstanceRefresh(
  region: Region,
  request: RollbackInstanceRefreshType,
): Promise<{ InstanceRefreshId: string }> {
  const refresh = activeRefresh(region, request.AutoScalingGroupName);
  if (!["Pending", "InProgress", "Baking"].includes(refresh.progress.status)) {
    throw new ApiError(
      "ActiveInstanceRefreshNotFound",
      `No in progress or pending instance refresh found for ${request.AutoScalingGroupName}`,
    );
  }
  if (
    refresh.desired === undefined ||
    !hasNumericVersion(refresh.desired) ||
    !hasNumericVersion(refresh.group.settings.configuration)
  ) {
    throw new ApiError(
      "IrreversibleInstanceRefresh",
      "A desired configuration was not found, or a launch template version is $Latest or $Default.",
    );
  }
  refresh.rollBack("A rollback was requested by the user.");
  return { InstanceRefreshId: refresh.id };
}

function requireNone(region: Region, groupName: string): void {
  const [latest] = region.refreshes.get(groupName) ?? [];
  if (latest !== undefined && isActive(latest.progress.status)) {
    throw new ApiError(
      "InstanceRefreshInProgress",
      `An Instance Refresh is already in progress and blocks the execution of this Instance Refresh: ${latest.id}.`,
    );
  }
}

function activeRefresh(region: Region, groupName: string | undefined): Refresh {
  const group = existingGroup(region, groupName);
  const [latest] = region.refreshes.get(group.name) ?? [];
  if (latest === undefined || !isActive(latest.progress.status)) {
    throw new ApiError(
      "ActiveInstanceRefreshNotFound",
      `No in progress or pending instance refresh found for Auto Scaling group ${group.name}`,
    );
  }
  return latest;
}

function describe(refresh: Refresh): InstanceRefresh {
  const { progress, desired } = refresh;
  const { rollback } = progress;
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: refresh.group.name,
    Status: progress.status,
    ...(progress.reason !== undefined && { StatusReason: progress.reason }),
    ...(refresh.startTime !== undefined && { StartTime: refresh.startTime }),
    ...(refresh.endTime !== undefined && { EndTime: refresh.endTime }),
    PercentageComplete: percentage(progress),
    InstancesToUpdate: progress.status === "Successful" ? 0 : progress.remaining,
    Preferences: describePreferences(refresh.preferences),
    ...(desired !== undefined && { DesiredConfiguration: desired }),
    ...(rollback !== undefined && {
      RollbackDetails: {
        RollbackReason: rollback.reason,
        ...(refresh.rollbackTime !== undefined && { RollbackStartTime: refresh.rollbackTime }),
        PercentageCompleteOnRollback: rollback.percentage,
        InstancesToUpdateOnRollback: rollback.remaining,
      },
    }),
  };
}
