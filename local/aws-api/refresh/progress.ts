import type { InstanceRefreshStatus } from "@aws-sdk/client-auto-scaling";
import type { Preferences } from "./preferences";

/** A member of the group, as a refresh sees it. */
export interface Member {
  readonly id: string;
  /** `healthy`: in service and, if the refresh launched it, warmed up; `starting`: not yet; `leaving`: terminating. */
  readonly health: "healthy" | "starting" | "leaving";
  /** The refresh has to replace this instance. */
  readonly isOutdated: boolean;
  /** The refresh launched this instance. */
  readonly isLaunched: boolean;
  readonly isProtected: boolean;
  readonly isStandby: boolean;
}

/** How far a refresh has come. Times are simulated seconds. */
export interface Progress {
  readonly status: InstanceRefreshStatus;
  readonly reason: string | undefined;
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** Instances to replace in this direction; known from the first step on. */
  readonly total: number;
  /** Index of the checkpoint up to which instances may be replaced now. */
  readonly checkpoint: number;
  /** The end of the pause at a checkpoint, or of the bake time. */
  readonly pausedUntil: number | undefined;
  /** When the refresh last came forward, or found that it waits for protected or standby instances. */
  readonly lastAdvance: number;
  /** Outdated instances that are still there. */
  readonly outdated: number;
  /** Instances whose replacements are healthy: those that count for PercentageComplete. */
  readonly updated: number;
  /** InstancesToUpdate. */
  readonly remaining: number;
  readonly rollback:
    | {
        readonly reason: string;
        readonly at: number;
        readonly percentage: number;
        readonly remaining: number;
      }
    | undefined;
}

/** What a step asks for. */
export interface Step {
  readonly progress: Progress;
  readonly launch: number;
  readonly terminate: readonly string[];
}

/** The conditions of a step. */
export interface Conditions {
  readonly desired: number;
  readonly preferences: Preferences;
  /** Simulated seconds. */
  readonly now: number;
}

export const INITIAL: Progress = {
  status: "Pending",
  reason: undefined,
  startedAt: undefined,
  endedAt: undefined,
  total: 0,
  checkpoint: 0,
  pausedUntil: undefined,
  lastAdvance: 0,
  outdated: 0,
  updated: 0,
  remaining: 0,
  rollback: undefined,
};

/** A group has at most one refresh in one of these statuses. */
export function isActive(status: InstanceRefreshStatus): boolean {
  return ["Pending", "InProgress", "Cancelling", "RollbackInProgress", "Baking"].includes(status);
}

/**
 * The number of healthy instances below which a refresh never takes the group, and the number of healthy and starting
 * ones that it does not exceed.
 *
 * The minimum is rounded up. If nothing could be replaced within both bounds, one instance is launched before another
 * ends when the request has a maximum or a minimum of 100 percent; otherwise one instance is replaced at a time, and the
 * minimum gives way.
 *
 * Sources: MaxHealthyPercentage in https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html and
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html
 */
export function bounds(desired: number, preferences: Preferences): { minimum: number; maximum: number } {
  const { minHealthyPercentage: min, maxHealthyPercentage: max } = preferences;
  const minimum = Math.ceil((desired * min) / 100);
  const maximum = Math.floor((desired * (max ?? 100)) / 100);
  if (minimum < maximum) {
    return { minimum, maximum };
  }
  return max !== undefined || min === 100
    ? { minimum, maximum: desired + 1 }
    : { minimum: Math.max(0, desired - 1), maximum };
}

/** One step of a refresh: what to launch and to terminate now, and how far the refresh has come. Pure. */
export function step(progress: Progress, members: readonly Member[], conditions: Conditions): Step {
  const { now, preferences } = conditions;
  const stay = (changed: Partial<Progress>): Step => ({
    progress: { ...progress, ...changed },
    launch: 0,
    terminate: [],
  });
  const isInTransit = members.some(({ health }) => health !== "healthy");
  switch (progress.status) {
    case "Pending": {
      const total = members.filter((member) => isToReplace(member, preferences)).length;
      return stay({ status: "InProgress", startedAt: now, lastAdvance: now, total, remaining: total });
    }
    case "Cancelling":
      return isInTransit ? stay({}) : stay({ status: "Cancelled", endedAt: now });
    case "Baking":
      return now < (progress.pausedUntil ?? 0)
        ? stay({})
        : stay({ status: "Successful", reason: undefined, endedAt: now });
    case "InProgress":
    case "RollbackInProgress":
      return replace(progress, members, conditions);
    default:
      return stay({});
  }
}

/** The refresh failed: it ends, or it rolls back if it may and does not do so already. */
export function fail(progress: Progress, reason: string, { preferences, now }: Conditions): Progress {
  if (progress.status === "RollbackInProgress") {
    return { ...progress, status: "RollbackFailed", reason, endedAt: now };
  }
  return preferences.autoRollback
    ? startRollback(progress, reason, now)
    : { ...progress, status: "Failed", reason, endedAt: now };
}

/** From now on the instances that the refresh launched are the outdated ones. */
export function startRollback(progress: Progress, reason: string, now: number): Progress {
  return {
    ...progress,
    status: "RollbackInProgress",
    reason,
    checkpoint: 0,
    pausedUntil: undefined,
    lastAdvance: now,
    total: 0,
    updated: 0,
    rollback: { reason, at: now, percentage: percentage(progress), remaining: progress.remaining },
  };
}

/** PercentageComplete; in a rollback it goes back to zero. */
export function percentage({ status, total, updated, rollback }: Progress): number {
  if (rollback === undefined) {
    return status === "Successful" || status === "Baking"
      ? 100
      : total === 0
        ? 0
        : Math.floor((100 * updated) / total);
  }
  return status === "RollbackSuccessful" || total === 0
    ? 0
    : Math.floor(rollback.percentage * (1 - updated / total));
}

function replace(progress: Progress, members: readonly Member[], conditions: Conditions): Step {
  const { desired, preferences, now } = conditions;
  const isRollback = progress.status === "RollbackInProgress";
  const present = members.filter((member) => member.health !== "leaving");
  const serving = present.filter(({ isStandby }) => !isStandby);
  const outdated = present.filter((member) => isToReplace(member, preferences));
  const held = isRollback ? [] : outdated.filter((member) => isHeld(member, preferences));
  const candidates = outdated.filter((member) => !held.includes(member));
  const total = isRollback ? Math.max(progress.total, outdated.length) : progress.total;
  const healthyLaunched = serving.filter(
    ({ isLaunched, isOutdated, health }) => isLaunched && !isOutdated && health === "healthy",
  );
  const updated = isRollback
    ? Math.max(0, total - outdated.length)
    : Math.min(total - Math.min(total, outdated.length), healthyLaunched.length);
  const hasAdvanced = updated !== progress.updated || outdated.length !== progress.outdated;
  const lastAdvance = hasAdvanced ? now : progress.lastAdvance;
  const remaining = isRollback ? progress.remaining : total - updated;
  const base = { ...progress, total, outdated: outdated.length, updated, remaining, lastAdvance };

  const checkpoints = isRollback ? [] : preferences.checkpointPercentages;
  const limit = Math.ceil((total * (checkpoints[progress.checkpoint] ?? 100)) / 100);
  if (checkpoints.length > 0 && updated >= limit && progress.checkpoint < checkpoints.length - 1) {
    return atCheckpoint(base, preferences, now);
  }
  const isStarting = serving.some(({ health }) => health === "starting");
  const isAtLastCheckpoint = checkpoints.length > 0 && updated >= limit;
  if (!isStarting && serving.length >= desired && (outdated.length === 0 || isAtLastCheckpoint)) {
    return finished(base, conditions);
  }
  if (now - lastAdvance > TIMEOUT_SECONDS) {
    const reason = held.length > 0 ? WAITED_TOO_LONG : NO_PROGRESS;
    return { progress: fail(base, reason, conditions), launch: 0, terminate: [] };
  }
  const terminate = toTerminate(serving, candidates, {
    ...conditions,
    allowed: limit - (total - outdated.length),
  });
  const rest = serving.filter(({ id }) => !terminate.includes(id));
  const kept = rest.filter((member) => !candidates.includes(member)).length;
  const launched = rest.filter(({ isLaunched, isOutdated }) => isLaunched && !isOutdated).length;
  const room = bounds(desired, preferences).maximum - rest.length;
  const launchLimit = checkpoints.length === 0 ? Number.POSITIVE_INFINITY : limit - launched;
  const launch = Math.max(0, Math.min(room, desired - kept, launchLimit));
  const standby = candidates.filter(({ isStandby }) => isStandby).map(({ id }) => id);
  return {
    progress: { ...base, reason: held.length > 0 && candidates.length === 0 ? WAITING : base.reason },
    launch,
    terminate: [...terminate, ...standby],
  };
}

/** Starting instances end at once; of the healthy ones as many as the minimum allows. */
function toTerminate(
  serving: readonly Member[],
  candidates: readonly Member[],
  { desired, preferences, allowed }: Conditions & { readonly allowed: number },
): string[] {
  const healthy = serving.filter(({ health }) => health === "healthy").length;
  const inService = candidates.filter(({ isStandby }) => !isStandby);
  const starting = inService.filter(({ health }) => health === "starting");
  const spare = Math.max(0, healthy - bounds(desired, preferences).minimum);
  const ending = inService.filter(({ health }) => health === "healthy").slice(0, spare);
  return [...starting, ...ending].slice(0, Math.max(0, allowed)).map(({ id }) => id);
}

function atCheckpoint(progress: Progress, { checkpointDelay }: Preferences, now: number): Step {
  const pausedUntil = progress.pausedUntil ?? now + checkpointDelay;
  const isOver = now >= pausedUntil;
  return {
    progress: {
      ...progress,
      lastAdvance: now,
      checkpoint: progress.checkpoint + (isOver ? 1 : 0),
      pausedUntil: isOver ? undefined : pausedUntil,
      reason: isOver ? undefined : "Waiting for the delay of a checkpoint.",
    },
    launch: 0,
    terminate: [],
  };
}

function finished(progress: Progress, { preferences, now }: Conditions): Step {
  const changed: Partial<Progress> =
    progress.status === "RollbackInProgress"
      ? { status: "RollbackSuccessful", endedAt: now }
      : preferences.bakeTime > 0
        ? { status: "Baking", pausedUntil: now + preferences.bakeTime, reason: "Waiting for the bake time." }
        : { status: "Successful", endedAt: now, reason: undefined };
  return { progress: { ...progress, ...changed }, launch: 0, terminate: [] };
}

/** An outdated instance that the preferences tell to ignore is not replaced, and does not keep the refresh from ending. */
function isToReplace({ isOutdated, isProtected, isStandby }: Member, preferences: Preferences): boolean {
  return (
    isOutdated &&
    !(isProtected && preferences.scaleInProtectedInstances === "Ignore") &&
    !(isStandby && preferences.standbyInstances === "Ignore")
  );
}

/** An outdated instance for which the refresh waits until somebody takes its protection or returns it to service. */
function isHeld({ isProtected, isStandby }: Member, preferences: Preferences): boolean {
  return (
    (isProtected && preferences.scaleInProtectedInstances === "Wait") ||
    (isStandby && preferences.standbyInstances === "Wait")
  );
}

/**
 * An hour of waiting for protected or standby instances fails the refresh (ScaleInProtectedInstances and StandbyInstances
 * in API_RefreshPreferences, above). No page says after what time a refresh without any progress fails; it is the same here.
 */
const TIMEOUT_SECONDS = 3600;
const NO_PROGRESS = "No instance was replaced for an hour.";
const WAITING = "Waiting for instances that are protected from scale in or in Standby.";
const WAITED_TOO_LONG = "Instances were protected from scale in or in Standby for an hour.";
