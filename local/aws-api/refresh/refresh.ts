import { hex } from "../../cloud/engine/resources/random";
import { DURATIONS } from "../conditions/durations";
import { launchForGroup } from "../groups/capacity";
import { type Configuration, type ResolvedConfiguration, resolve } from "../groups/configuration";
import type { Group } from "../groups/group";
import type { Instance } from "../instances/instance";
import { ApiError } from "../protocol/errors";
import type { Preferences } from "./preferences";
import {
  type Conditions,
  fail,
  INITIAL,
  isActive,
  type Member,
  type Progress,
  startRollback,
  step,
} from "./progress";

/** One instance refresh of a group, from its start to its end. */
export class Refresh {
  readonly id: string;
  readonly requestedAt = new Date();
  progress: Progress = INITIAL;
  /** Wall-clock times of the start and the end, as DescribeInstanceRefreshes shows them. */
  startTime: Date | undefined;
  endTime: Date | undefined;
  rollbackTime: Date | undefined;
  readonly #launched = new Set<string>();
  #outdated: ReadonlySet<string> = new Set();

  constructor(
    readonly group: Group,
    readonly preferences: Preferences,
    /** The configuration that the group has once the refresh is successful. */
    readonly desired: Configuration | undefined,
  ) {
    const number = group.region.refreshes.get(group.name)?.length ?? 0;
    const digits = hex(32, group.region.account.seed, group.region.name, group.name, number);
    this.id = [
      digits.slice(0, 8),
      digits.slice(8, 12),
      digits.slice(12, 16),
      digits.slice(16, 20),
      digits.slice(20),
    ].join("-");
  }

  /** Replaces the instances, step by step, until the refresh has ended. */
  async run(): Promise<void> {
    const { region } = this.group;
    const { clock, signal } = region.account;
    await clock.sleep(region.seconds(DURATIONS.refreshStart, this.id), signal);
    const target = await resolve(region, this.#configuration());
    this.#outdated = new Set(
      this.group
        .members()
        .filter(
          ({ state, launch }) =>
            state !== "shutting-down" && !(this.preferences.skipMatching && matches(launch, target)),
        )
        .map(({ id }) => id),
    );
    while (isActive(this.progress.status)) {
      this.#watchAlarms();
      await this.#step();
      // A refresh looks at the group once in a second of simulated time, and not more often than the machine can bear.
      await clock.sleep(Math.max(1, clock.scale === 0 ? 1 : MINIMUM_PAUSE_SECONDS / clock.scale), signal);
    }
    this.group.changed();
  }

  /** Ends the refresh when the launches and terminations under way have ended. */
  cancel(): void {
    this.#update({ ...this.progress, status: "Cancelling", reason: CANCELLED });
  }

  /** Ends the refresh now; what is under way goes on by itself. */
  cancelAtOnce(): void {
    const endedAt = this.group.region.account.clock.now();
    this.#update({
      ...this.progress,
      status: "Cancelled",
      endedAt,
      reason: "Cancelled due to user request.",
    });
  }

  rollBack(reason: string): void {
    this.#update(startRollback(this.progress, reason, this.group.region.account.clock.now()));
  }

  async #step(): Promise<void> {
    const before = this.progress;
    const result = step(before, this.#members(), this.#conditions());
    this.#update(result.progress);
    for (const id of result.terminate) {
      this.group.region.instances.get(id)?.terminate();
    }
    try {
      for (let launched = 0; launched < result.launch && isActive(this.progress.status); launched += 1) {
        const instance = await launchForGroup(this.group, this.#configuration());
        this.#launched.add(instance.id);
        instance.boot();
      }
    } catch (error) {
      if (!(error instanceof ApiError)) {
        throw error;
      }
      // AWS tries again for up to an hour; here the first refused launch fails the refresh.
      this.#update(
        fail(this.progress, `A launch failed. ${error.code}: ${error.message}`, this.#conditions()),
      );
    }
  }

  #update(progress: Progress): void {
    const before = this.progress.status;
    this.progress = progress;
    if (progress.status === before) {
      return;
    }
    if (progress.status === "InProgress") {
      this.startTime = new Date();
    }
    if (progress.status === "RollbackInProgress") {
      this.rollbackTime = new Date();
      this.#outdated = new Set(this.#launched);
      this.#launched.clear();
    }
    if (progress.status === "Successful" && this.desired !== undefined) {
      // Only now the group's own settings become the desired ones.
      this.group.settings.configuration = this.desired;
    }
    if (!isActive(progress.status)) {
      this.endTime = new Date();
    }
  }

  /** What the refresh launches now: in a rollback, what the group had before. */
  #configuration(): Configuration {
    const { configuration } = this.group.settings;
    return this.progress.rollback === undefined ? (this.desired ?? configuration) : configuration;
  }

  /**
   * An alarm in the state ALARM fails the refresh.
   * Source: https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html
   */
  #watchAlarms(): void {
    const { alarms } = this.group.region.account;
    const alarm = this.preferences.alarms.find((name) => alarms.has(name));
    if (alarm !== undefined && ["InProgress", "Baking"].includes(this.progress.status)) {
      this.#update(fail(this.progress, `The alarm ${alarm} is in the state ALARM.`, this.#conditions()));
    }
  }

  #members(): Member[] {
    const { clock } = this.group.region.account;
    return this.group.members().map((instance) => ({
      id: instance.id,
      health: this.#healthOf(instance, clock.now()),
      isOutdated: this.#outdated.has(instance.id),
      isLaunched: this.#launched.has(instance.id),
      isProtected: instance.isProtectedFromScaleIn,
      isStandby: instance.isStandby,
    }));
  }

  #healthOf(instance: Instance, now: number): Member["health"] {
    if (instance.state === "shutting-down" || instance.state === "terminated") {
      return "leaving";
    }
    if (instance.state !== "running" || instance.health === "Unhealthy") {
      return "starting";
    }
    const isWarm =
      !this.#launched.has(instance.id) || now >= instance.runningSince + this.preferences.instanceWarmup;
    return isWarm ? "healthy" : "starting";
  }

  #conditions(): Conditions {
    const { settings, region } = this.group;
    return {
      desired: settings.desiredCapacity,
      preferences: this.preferences,
      now: region.account.clock.now(),
    };
  }
}

const CANCELLED = "Cancelled due to user request.";
const MINIMUM_PAUSE_SECONDS = 0.02;

function matches({ template, instanceType }: Instance["launch"], target: ResolvedConfiguration): boolean {
  return (
    template?.id === target.templateId &&
    template.version === target.version &&
    (target.instanceTypes === undefined || target.instanceTypes.includes(instanceType))
  );
}
