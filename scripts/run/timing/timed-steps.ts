import type { Step } from "../events";
import type { Mode } from "../mode";
import { criticalPath, type Work } from "./critical-path";
import { type GraphResources, itemsOf, operationGraph, type Waiting, worksOf } from "./operation-graph";

/** A step of a run that took time, and the steps that it waited for. */
export interface TimedStep extends Waiting {
  readonly urn: string;
  readonly type: string;
  /** The engine's name of the operation. @example "create" */
  readonly op: string;
  /** In seconds since the start of the run. */
  readonly started: number;
  /** In seconds since the start of the run. Absent if the run ended during the operation. */
  readonly ended?: number;
  readonly failed?: true;
}

/**
 * The steps of a run that took time, with what each of them waited for. Pure.
 *
 * @param startedAt the start of the run, in milliseconds since the epoch.
 */
export function timedSteps(
  done: readonly Step[],
  resources: GraphResources,
  { mode, startedAt }: { readonly mode: Mode; readonly startedAt: number },
): TimedStep[] {
  const steps = done.filter(takesTime);
  const graph = operationGraph(steps, resources, {
    mode,
    precedes: (first, second) => {
      const [one, other] = [steps[first], steps[second]];
      return one?.ended !== undefined && other !== undefined && one.ended <= other.started;
    },
  });
  return steps.map(({ urn, type, op, started, ended, failed }, place) => ({
    urn,
    type,
    op,
    started: toSeconds(started - startedAt),
    ...(ended === undefined ? {} : { ended: toSeconds(ended - startedAt) }),
    ...(failed ? { failed: true as const } : {}),
    ...(graph[place] ?? { dependencies: [] }),
  }));
}

/** The steps that ended, as work whose longest chain can be found. */
export function workOf(steps: readonly TimedStep[]): Work[] {
  return worksOf(steps, (place) => {
    const step = steps[place];
    return step?.ended === undefined ? undefined : durationOf(step);
  });
}

/** The steps of the critical path, in the order of the work. */
export function criticalSteps(steps: readonly TimedStep[]): TimedStep[] {
  return itemsOf(criticalPath(workOf(steps)), steps);
}

/** How long a step took, in seconds; 0 if the step did not end. */
export function durationOf({ started, ended = started }: Pick<TimedStep, "started" | "ended">): number {
  return toSeconds((ended - started) * 1000);
}

/** A component takes no time of its own, and the step "replace" only marks that a resource was replaced. */
function takesTime({ op, metadata }: Step): boolean {
  return op !== "same" && op !== "replace" && (metadata.new ?? metadata.old)?.custom === true;
}

function toSeconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}
