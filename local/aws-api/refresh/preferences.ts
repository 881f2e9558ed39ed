import type { RefreshPreferences } from "@aws-sdk/client-auto-scaling";
import { ApiError } from "../protocol/errors";

/**
 * The preferences of a refresh with their defaults.
 * Source: https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-instance-refresh-default-values.html
 */
export interface Preferences {
  readonly minHealthyPercentage: number;
  /** Undefined if the request has none, which is not the same as 100. */
  readonly maxHealthyPercentage: number | undefined;
  /** Seconds. */
  readonly instanceWarmup: number;
  readonly skipMatching: boolean;
  readonly autoRollback: boolean;
  readonly checkpointPercentages: readonly number[];
  /** Seconds. */
  readonly checkpointDelay: number;
  /** Seconds. */
  readonly bakeTime: number;
  readonly alarms: readonly string[];
  readonly scaleInProtectedInstances: "Refresh" | "Ignore" | "Wait";
  readonly standbyInstances: "Terminate" | "Ignore" | "Wait";
}

/**
 * Checks the preferences of a request and fills in the defaults. The ranges of single numbers are in the service model
 * and were checked with the request.
 *
 * Source: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
 *
 * @param defaultWarmup seconds: the group's DefaultInstanceWarmup, or else its HealthCheckGracePeriod.
 * @param canRollBack false without a desired configuration, and while a template version is `$Latest` or `$Default`.
 * @throws {ApiError} ValidationError.
 */
export function checkedPreferences(
  request: RefreshPreferences,
  { defaultWarmup, canRollBack }: { readonly defaultWarmup: number; readonly canRollBack: boolean },
): Preferences {
  const {
    MinHealthyPercentage: min,
    MaxHealthyPercentage: max,
    CheckpointPercentages: checkpoints = [],
  } = request;
  if (max !== undefined && min === undefined) {
    throw invalid("If you specify MaxHealthyPercentage, you must also specify MinHealthyPercentage.");
  }
  if (max !== undefined && min !== undefined && max - min > 100) {
    throw invalid(
      "The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100.",
    );
  }
  if (request.CheckpointDelay !== undefined && checkpoints.length === 0) {
    throw invalid("If you specify CheckpointDelay, you must also specify CheckpointPercentages.");
  }
  if (checkpoints.some((percentage, i) => i > 0 && percentage <= (checkpoints[i - 1] ?? 0))) {
    throw invalid("CheckpointPercentages must be unique and in ascending order.");
  }
  const alarms = request.AlarmSpecification?.Alarms ?? [];
  if (alarms.length > 10) {
    throw invalid("You can specify up to 10 alarms.");
  }
  if (request.AutoRollback && !canRollBack) {
    throw invalid(
      "AutoRollback cannot be enabled without a DesiredConfiguration, or with a launch template version $Latest or $Default.",
    );
  }
  return {
    minHealthyPercentage: min ?? 90,
    maxHealthyPercentage: max,
    instanceWarmup: request.InstanceWarmup ?? defaultWarmup,
    skipMatching: request.SkipMatching ?? false,
    autoRollback: request.AutoRollback ?? false,
    checkpointPercentages: checkpoints,
    checkpointDelay: request.CheckpointDelay ?? 3600,
    bakeTime: request.BakeTime ?? 0,
    alarms,
    scaleInProtectedInstances: request.ScaleInProtectedInstances ?? "Wait",
    standbyInstances: request.StandbyInstances ?? "Wait",
  };
}

/** The preferences as DescribeInstanceRefreshes shows them. */
export function describePreferences(preferences: Preferences): RefreshPreferences {
  const { maxHealthyPercentage, checkpointPercentages, alarms } = preferences;
  return {
    MinHealthyPercentage: preferences.minHealthyPercentage,
    ...(maxHealthyPercentage !== undefined && { MaxHealthyPercentage: maxHealthyPercentage }),
    InstanceWarmup: preferences.instanceWarmup,
    SkipMatching: preferences.skipMatching,
    AutoRollback: preferences.autoRollback,
    ...(checkpointPercentages.length > 0 && {
      CheckpointPercentages: [...checkpointPercentages],
      CheckpointDelay: preferences.checkpointDelay,
    }),
    BakeTime: preferences.bakeTime,
    ...(alarms.length > 0 && { AlarmSpecification: { Alarms: [...alarms] } }),
    ScaleInProtectedInstances: preferences.scaleInProtectedInstances,
    StandbyInstances: preferences.standbyInstances,
  };
}

function invalid(message: string): ApiError {
  return new ApiError("ValidationError", message);
}
