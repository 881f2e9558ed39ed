import type { MixedInstancesPolicy, StartInstanceRefreshCommandInput } from "@aws-sdk/client-auto-scaling";
import type { SurveyedGroup } from "../plan/plan";
import type { InstanceRefreshArgs } from "./instance-refresh";
import type { RefreshSettings } from "./settings";

/** The arguments of a refresh with all values known. */
export type RefreshInputs = Omit<InstanceRefreshArgs, "version"> & { readonly version: number };

/** The request that starts a refresh. The version is a number: AWS rolls back to no alias such as $Latest. */
export function refreshRequest(inputs: RefreshInputs): StartInstanceRefreshCommandInput {
  return {
    AutoScalingGroupName: inputs.autoScalingGroup,
    Strategy: "Rolling",
    DesiredConfiguration: desiredConfiguration(inputs),
    Preferences: preferences(inputs.settings),
  };
}

/** Overrides with a launch template of their own keep it, as does everything else in the group's policy. */
function desiredConfiguration({
  template,
  version,
  mixedInstancesPolicy,
}: RefreshInputs): NonNullable<StartInstanceRefreshCommandInput["DesiredConfiguration"]> {
  const specification = { LaunchTemplateId: template.id, Version: String(version) };
  if (mixedInstancesPolicy === undefined) {
    return { LaunchTemplate: specification };
  }
  const policy = mixedInstancesPolicy as MixedInstancesPolicy;
  return {
    MixedInstancesPolicy: {
      ...policy,
      LaunchTemplate: { ...policy.LaunchTemplate, LaunchTemplateSpecification: specification },
    },
  };
}

function preferences(
  settings: RefreshSettings,
): NonNullable<StartInstanceRefreshCommandInput["Preferences"]> {
  const { checkpoints, alarms, scaleInProtectedInstances, standbyInstances } = settings;
  return {
    SkipMatching: settings.skipMatching,
    AutoRollback: settings.autoRollback,
    ...given("MinHealthyPercentage", settings.minHealthyPercentage),
    ...given("MaxHealthyPercentage", settings.maxHealthyPercentage),
    ...given("InstanceWarmup", settings.warmupSeconds),
    ...given("BakeTime", settings.bakeSeconds),
    ...(checkpoints === undefined
      ? {}
      : { CheckpointPercentages: [...checkpoints.percentages], CheckpointDelay: checkpoints.delaySeconds }),
    ...(alarms.length === 0 ? {} : { AlarmSpecification: { Alarms: [...alarms] } }),
    ...(scaleInProtectedInstances === undefined
      ? {}
      : { ScaleInProtectedInstances: IN_AWS[scaleInProtectedInstances] as "Refresh" | "Ignore" | "Wait" }),
    ...(standbyInstances === undefined
      ? {}
      : { StandbyInstances: IN_AWS[standbyInstances] as "Terminate" | "Ignore" | "Wait" }),
  };
}

const IN_AWS = { refresh: "Refresh", terminate: "Terminate", ignore: "Ignore", wait: "Wait" } as const;

function given<Name extends string>(name: Name, value: number | undefined): { [Key in Name]?: number } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: number };
}

/** The arguments of a group's refresh to a launch template version, which may not be known yet. */
export function refreshTo<Version>(
  group: Pick<
    SurveyedGroup,
    "name" | "region" | "autoScalingGroup" | "template" | "mixedInstancesPolicy" | "refresh"
  >,
  version: Version,
): Omit<InstanceRefreshArgs, "version"> & { readonly version: Version } {
  const { name, region, autoScalingGroup, template, mixedInstancesPolicy, refresh } = group;
  return {
    region,
    group: name,
    autoScalingGroup,
    template,
    version,
    settings: refresh,
    ...(mixedInstancesPolicy === undefined ? {} : { mixedInstancesPolicy }),
  };
}
