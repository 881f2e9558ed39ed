import { DescribeInstanceRefreshesCommand, type InstanceRefresh } from "@aws-sdk/client-auto-scaling";
import { ChainfleetError } from "../../error";
import { autoScaling } from "../aws/clients";
import { isAwsError } from "../aws/errors";

/** The group of a refresh. */
export interface RefreshedGroup {
  readonly region: string;
  /** The name of the group in the config. */
  readonly group: string;
  readonly autoScalingGroup: string;
}

/**
 * The statuses in which a refresh is not over:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html
 */
const ACTIVE = ["Pending", "InProgress", "Baking", "Cancelling", "RollbackInProgress"];

export function isActive({ Status }: InstanceRefresh): boolean {
  return ACTIVE.includes(Status ?? "");
}

/** Whether a refresh is on its way to its desired configuration, and not back. */
export function isAdvancing({ Status }: InstanceRefresh): boolean {
  return Status === "Pending" || Status === "InProgress" || Status === "Baking";
}

/**
 * The newest refreshes of a group, the newest first.
 *
 * @throws ChainfleetError GROUP_GONE if the group does not exist.
 */
export async function describeRefreshes({
  region,
  group,
  autoScalingGroup,
}: RefreshedGroup): Promise<InstanceRefresh[]> {
  const { InstanceRefreshes = [] } = await autoScaling(region)
    .send(new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: autoScalingGroup, MaxRecords: 20 }))
    .catch((error: unknown) => {
      throw isGroupGone(error)
        ? new ChainfleetError({
            code: "GROUP_GONE",
            summary: `Group ${group}: there is no Auto Scaling Group ${autoScalingGroup} in ${region} (any more).`,
            next: "Take the group out of rolling.groups, or create it again. The other groups are not affected.",
            cause: error,
          })
        : error;
    });
  return InstanceRefreshes;
}

/**
 * Whether AWS refused a call because the group does not exist, or is being deleted:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html and ScalingActivityInProgress in
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html
 */
function isGroupGone(error: unknown): boolean {
  const codes = [
    "ValidationError",
    "ValidationException",
    "ScalingActivityInProgress",
    "ScalingActivityInProgressFault",
  ];
  return (
    isAwsError(error, ...codes) && /not found|being deleted|pending delete/i.test((error as Error).message)
  );
}

/** The template version to which a refresh brings its group; undefined if it keeps the group's own configuration. */
export function desiredVersion({ DesiredConfiguration }: InstanceRefresh): string | undefined {
  const template =
    DesiredConfiguration?.LaunchTemplate ??
    DesiredConfiguration?.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification;
  return template?.Version;
}

/** A line about the progress of a refresh. @example "web (eu-west-1): InProgress, 40 %, 3 instances to replace" */
export function progressLine({ group, region }: RefreshedGroup, refresh: InstanceRefresh): string {
  const { Status, PercentageComplete = 0, InstancesToUpdate } = refresh;
  const remaining =
    InstancesToUpdate === undefined
      ? []
      : [`${InstancesToUpdate} ${InstancesToUpdate === 1 ? "instance" : "instances"} to replace`];
  return `${group} (${region}): ${[Status, `${PercentageComplete} %`, ...remaining].join(", ")}`;
}

/** Why a refresh that has ended is no success, for a person. */
export function failure(
  { group, region, autoScalingGroup }: RefreshedGroup,
  refresh: InstanceRefresh,
): ChainfleetError {
  const { InstanceRefreshId, Status, StatusReason, PercentageComplete = 0 } = refresh;
  return new ChainfleetError({
    code: "REFRESH_NOT_SUCCESSFUL",
    summary: `Group ${group}: the instance refresh ${InstanceRefreshId} of ${autoScalingGroup} (${region}) ended as ${Status} at ${PercentageComplete} %: ${StatusReason ?? "AWS gives no reason"}. ${consequence(refresh)}`,
    next: "Correct the cause, then run again: another refresh starts with the same launch template version.",
  });
}

function consequence({ Status, RollbackDetails }: InstanceRefresh): string {
  switch (Status) {
    case "RollbackSuccessful":
      return `All instances are back on the configuration before the refresh${RollbackDetails?.RollbackReason === undefined ? "" : ` (${RollbackDetails.RollbackReason})`}.`;
    case "RollbackFailed":
      return "The rollback failed too: the group has instances of both configurations.";
    default:
      return "Instances that were replaced already stay as they are, and the group itself keeps its old configuration.";
  }
}
