import { quantityValue } from "../../../components/quantity";
import type { FioSettings } from "../../../components/storage/fio/job-file";
import { cellKey, type VmGroup } from "../../../components/storage/plan/cell";
import { groupSeconds } from "../../../components/storage/plan/estimate";
import { duration } from "../../terminal/duration";

/** What a run would do. */
export interface DryRun {
  /** The tests in the order in which one pool after another would run them. */
  readonly tests: readonly string[];
  readonly pools: number;
  readonly groups: number;
  /** The largest number of machines that one pool has at the same time. */
  readonly machines: number;
  /** The largest sum of the sizes of the volumes that one pool has at the same time, in bytes. */
  readonly volumeBytes: number;
  /** The estimated duration with one pool at a time, in seconds. */
  readonly sequentialSeconds: number;
  /** The estimated duration of the longest pool, in seconds: no number of pools at a time is faster. */
  readonly longestPoolSeconds: number;
}

export function dryRun(groups: readonly VmGroup[], fio: FioSettings): DryRun {
  const seconds = (some: readonly VmGroup[]) =>
    some.reduce((sum, group) => sum + groupSeconds(group, fio, () => false), 0);
  const pools = [...new Set(groups.map(({ pool }) => pool))];
  return {
    tests: groups.flatMap(({ cells }) => cells.map(cellKey)),
    pools: pools.length,
    groups: groups.length,
    machines: Math.max(...groups.map(({ concurrency }) => concurrency)),
    volumeBytes: Math.max(...groups.map(({ concurrency, pvcSize }) => concurrency * quantityValue(pvcSize))),
    sequentialSeconds: seconds(groups),
    longestPoolSeconds: Math.max(
      ...pools.map((pool) => seconds(groups.filter((group) => group.pool === pool))),
    ),
  };
}

/** The plan as text. */
export function dryRunText(plan: DryRun): string {
  const { tests, pools, groups, machines, volumeBytes, sequentialSeconds, longestPoolSeconds } = plan;
  return [
    ...tests,
    "",
    `${tests.length} tests of ${pools} pools, in ${groups} groups of machines`,
    `at most ${machines} machines and ${Math.ceil(volumeBytes / 2 ** 30)} GiB of volumes for a pool at a time`,
    `estimated: ${duration(sequentialSeconds)} one pool after another, at least ${duration(longestPoolSeconds)} side by side`,
    "Nothing was touched.",
  ].join("\n");
}
