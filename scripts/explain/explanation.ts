import type { Wait } from "../../components/governor/waits";
import type { RecordedSteps } from "../run/records/recorded-steps";
import { groupOf, nameOf } from "../run/resource-names";
import type { Summary } from "../run/summary";
import { criticalPath } from "../run/timing/critical-path";
import { itemsOf } from "../run/timing/operation-graph";
import type { Parts } from "../run/timing/parts";
import { gains, independentChain, secondsOf } from "../run/timing/shortening";
import { durationOf, type TimedStep, workOf } from "../run/timing/timed-steps";
import { type WaitOfStep, waitedSeconds, waitsBySteps } from "../run/timing/waits";

/** An operation in an explanation. */
export interface ExplainedOperation {
  readonly name: string;
  readonly type: string;
  readonly op: string;
  /** The region or chain; absent for a resource of neither. */
  readonly group?: string;
  readonly seconds: number;
}

/** An operation on the critical path. */
export interface ExplainedLink extends ExplainedOperation {
  /** How long the operation waited inside, in seconds, with the reasons of the waits. */
  readonly waitedSeconds: number;
  readonly waits: readonly Pick<WaitOfStep, "kind" | "reason">[];
  /** By how much the critical path becomes shorter if this operation takes no time. */
  readonly gainSeconds: number;
  /** The longest operation that is on the path then and is not on the path now; absent if there is none. */
  readonly nextLongest?: ExplainedOperation;
}

/** Where the time of a run went and what would make it shorter: the JSON of `chainfleet explain`. Times are in seconds. */
export interface Explanation {
  readonly run: string;
  readonly stack: string;
  readonly mode: Summary["mode"];
  readonly result: Summary["result"];
  readonly seconds: number;
  readonly predictedSeconds?: number;
  readonly criticalPathSeconds: number;
  readonly ratio: number;
  readonly parts: Parts;
  readonly criticalPath: readonly ExplainedLink[];
  /** The longest chain that shares no operation with the critical path; empty if there is none. */
  readonly independentChain: {
    readonly seconds: number;
    readonly operations: readonly ExplainedOperation[];
  };
}

/** A run whose time is explained. */
export interface ExplainedRun {
  readonly run: string;
  readonly summary: Summary;
  readonly recorded: RecordedSteps;
  readonly waits: readonly Wait[];
}

/** Explains a run. Pure. */
export function explain({ run, summary, recorded, waits }: ExplainedRun): Explanation {
  const { steps, groups, startedAt } = recorded;
  const works = workOf(steps);
  const path = criticalPath(works);
  const gainOf = new Map(gains(works, path).map((gain) => [gain.id, gain]));
  const waited = waitsBySteps(steps, waits, { startedAt, endedAt: summary.seconds });
  const onPath = new Set(path.map(({ id }) => id));
  const links = path.flatMap(({ id }): ExplainedLink[] => {
    const place = Number(id);
    const step = steps[place];
    if (step === undefined) {
      return [];
    }
    const gain = gainOf.get(id);
    const next = longest(
      steps,
      (gain?.next ?? []).filter((other) => !onPath.has(other)),
    );
    const own = waited[place] ?? [];
    return [
      {
        ...operation(step, groups),
        waitedSeconds: round(waitedSeconds(own)),
        waits: own.map(({ kind, reason }) => ({ kind, reason })),
        gainSeconds: gain?.seconds ?? 0,
        ...(next === undefined ? {} : { nextLongest: operation(next, groups) }),
      },
    ];
  });
  const independent = independentChain(works, path);
  const { stack, mode, result, seconds, predictedSeconds, criticalPathSeconds, ratio, parts } = summary;
  return {
    ...{ run, stack, mode, result, seconds, criticalPathSeconds, ratio, parts },
    ...(predictedSeconds === undefined ? {} : { predictedSeconds }),
    criticalPath: links,
    independentChain: {
      seconds: secondsOf(independent),
      operations: itemsOf(independent, steps).map((step) => operation(step, groups)),
    },
  };
}

function longest(steps: readonly TimedStep[], ids: readonly string[]): TimedStep | undefined {
  return ids
    .flatMap((id) => steps[Number(id)] ?? [])
    .sort((one, other) => durationOf(other) - durationOf(one))[0];
}

function operation(step: TimedStep, groups: readonly string[]): ExplainedOperation {
  const group = groupOf(step.urn, groups);
  return {
    name: nameOf(step.urn),
    type: step.type,
    op: step.op,
    ...(group === undefined ? {} : { group }),
    seconds: durationOf(step),
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
