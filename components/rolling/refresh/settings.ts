/** How an instance refresh replaces the instances of a group. Absent fields take the group's or AWS's own default. */
export interface RefreshSettings {
  /** The percentage of the desired capacity that must stay healthy, 0 to 100. AWS's default: 90. */
  readonly minHealthyPercentage?: number | undefined;
  /** The percentage of the desired capacity that may run at the same time, 100 to 200. AWS's default: 100. */
  readonly maxHealthyPercentage?: number | undefined;
  /** Seconds after which a new instance counts as ready. Default: the group's own warmup or grace period. */
  readonly warmupSeconds?: number | undefined;
  /** Whether instances that already have the desired configuration stay. */
  readonly skipMatching: boolean;
  /** Whether a failed refresh brings the old configuration back. */
  readonly autoRollback: boolean;
  /** Percentages of replaced instances at which the refresh pauses. */
  readonly checkpoints?:
    | { readonly percentages: readonly number[]; readonly delaySeconds: number }
    | undefined;
  /** Seconds for which the refresh watches the group after all instances are replaced. */
  readonly bakeSeconds?: number | undefined;
  /** The names of CloudWatch alarms that fail the refresh. */
  readonly alarms: readonly string[];
  readonly scaleInProtectedInstances?: "refresh" | "ignore" | "wait" | undefined;
  readonly standbyInstances?: "terminate" | "ignore" | "wait" | undefined;
  /** What happens if another refresh of the group is in progress. */
  readonly whenRunning: "wait" | "cancel" | "fail";
  /** Whether the run waits until the refresh has ended. Without waiting, a failed refresh is not noticed. */
  readonly wait: boolean;
  /** Seconds between two questions about the state of the refresh. */
  readonly pollSeconds: number;
}
