import type { InstanceRefresh } from "@aws-sdk/client-auto-scaling";
import { isOwnVersion, parseVersionDescription } from "../../components/rolling/plan/ownership";
import type { GroupConfig } from "../../components/rolling/plan/plan";
import { parseReleaseId, type Release } from "../../components/rolling/plan/release";
import { describeRefreshes } from "../../components/rolling/refresh/status";
import { tableOf } from "../terminal/table";
import { exitCodeOf, forEach, jsonOf, type Outcome, showErrors } from "./outcomes";
import { label, type PresentGroup, presentGroups } from "./present-group";
import { type RollingOptions, selectGroups } from "./selection";

/**
 * `chainfleet rolling status`: shows the launch template version, image, instances and newest instance refresh of each
 * group.
 *
 * @returns the exit code of the process: 1 if a group could not be read, else 0, also if a refresh has failed.
 */
export async function status(options: RollingOptions): Promise<number> {
  const { groups, release } = selectGroups(options);
  const read = presentGroups(groups);
  const outcomes = await forEach(groups, label, async (group) => {
    const [present, [refresh]] = await Promise.all([
      read(group),
      describeRefreshes({ ...group, group: group.name }),
    ]);
    return groupStatus(present, refresh, release);
  });
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ groups: outcomes.map(asJson) })}\n`);
  } else {
    process.stdout.write(`${statusTable(outcomes)}\n`);
    showErrors(outcomes);
  }
  return exitCodeOf(outcomes);
}

/** What `status` shows of a group. */
export interface GroupStatus {
  readonly name: string;
  readonly autoScalingGroup: string;
  readonly region: string;
  readonly strategy: GroupConfig["strategy"];
  readonly template: string;
  readonly version: number;
  /** The revision for which the version was made; null if no release has made the version. */
  readonly revision: string | null;
  /** Where the version comes from, for a person. */
  readonly origin: string;
  /** The image of the version; null if the version names none. */
  readonly image: string | null;
  readonly inService: number;
  readonly desired: number;
  /** The newest instance refresh; null if AWS knows none. */
  readonly refresh: RefreshStatus | null;
}

interface RefreshStatus {
  readonly id: string;
  readonly status: string;
  /** The percentage of the instances that are replaced. */
  readonly percentage: number;
  readonly reason: string | null;
}

/** Sums up what AWS says about a group. Pure. */
export function groupStatus(
  group: PresentGroup,
  refresh: InstanceRefresh | undefined,
  release: Release,
): GroupStatus {
  const { name, autoScalingGroup, region, strategy, template, version, image, inService, desired } = group;
  return {
    name,
    autoScalingGroup,
    region,
    strategy,
    template: template.name,
    version,
    ...originOf(group.description, release),
    image: image ?? null,
    inService: inService.length,
    desired,
    refresh: refresh === undefined ? null : refreshStatus(refresh),
  };
}

function originOf(
  description: string | undefined,
  release: Release,
): Pick<GroupStatus, "revision" | "origin"> {
  const origin = parseVersionDescription(description);
  if (origin === undefined) {
    return { revision: null, origin: "not by a release" };
  }
  const { release: name, releaseId } = origin;
  const { revision, purpose } = parseReleaseId(releaseId);
  const details = [
    ...(isOwnVersion(origin, release) ? [] : [`release ${name} of another stack or name`]),
    ...(purpose === "image" ? ["create-image"] : []),
  ];
  return { revision, origin: details.length === 0 ? revision : `${revision} (${details.join(", ")})` };
}

function refreshStatus(refresh: InstanceRefresh): RefreshStatus {
  const { InstanceRefreshId = "", Status = "", StatusReason, PercentageComplete } = refresh;
  return {
    id: InstanceRefreshId,
    status: Status,
    // AWS leaves the percentage out until the first instance is replaced.
    percentage: PercentageComplete ?? (Status === "Successful" ? 100 : 0),
    reason: StatusReason ?? null,
  };
}

/** A table of all groups that could be read. */
export function statusTable(outcomes: readonly Outcome<unknown, GroupStatus>[]): string {
  return tableOf(
    [
      "group",
      "AWS group",
      "region",
      "strategy",
      "launch template",
      "revision",
      "image",
      { numbers: "instances" },
      "refresh",
    ],
    outcomes.flatMap(({ value }) =>
      value === undefined
        ? []
        : [
            [
              value.name,
              value.autoScalingGroup,
              value.region,
              value.strategy,
              `${value.template}, version ${value.version}`,
              value.origin,
              value.image ?? "-",
              `${value.inService} of ${value.desired}`,
              value.refresh === null ? "-" : `${value.refresh.status}, ${value.refresh.percentage} %`,
            ],
          ],
    ),
  );
}

function asJson({ subject, value, error }: Outcome<GroupConfig, GroupStatus>): object {
  if (error === undefined) {
    return value;
  }
  const { name, autoScalingGroup, region, strategy } = subject;
  return { name, autoScalingGroup, region, strategy, error: jsonOf(error) };
}
