import type { Wait, WaitKind } from "../../components/governor/waits";
import type { RecordedSteps } from "../run/records/recorded-steps";
import { groupOf, nameOf } from "../run/resource-names";
import type { Summary } from "../run/summary";
import { criticalSteps } from "../run/timing/timed-steps";
import { waitsBySteps } from "../run/timing/waits";
import { KINDS, kindOf } from "./kinds";

/** A run of which a timeline is drawn. */
export interface RecordedRun {
  readonly summary: Summary;
  readonly recorded: RecordedSteps;
  readonly waits: readonly Wait[];
}

/** What the scripts in `client/` draw. All times are in seconds since the start of the run. */
export interface TimelineData {
  readonly seconds: number;
  readonly kinds: readonly string[];
  /** In the order of the picture. Groups without an operation are left out. */
  readonly groups: readonly { readonly name: string; readonly note: string }[];
  readonly bars: readonly Bar[];
  /** The places of the critical path's bars, in the order of the work. */
  readonly path: readonly number[];
}

/** An operation. */
export interface Bar {
  readonly name: string;
  readonly type: string;
  readonly op: string;
  /** A place in `groups`. */
  readonly group: number;
  /** A place in `kinds`. */
  readonly kind: number;
  readonly start: number;
  /** The end of the run for an operation that did not end. */
  readonly end: number;
  readonly state?: "failed" | "unfinished";
  readonly waits?: readonly {
    readonly kind: WaitKind;
    readonly reason: string;
    readonly start: number;
    readonly end: number;
  }[];
}

/** The name of the group of all resources that belong to no region and no chain. */
export const NO_GROUP = "shared";

/** The data of a run's timeline. Pure. */
export function timelineData({ summary, recorded, waits }: RecordedRun): TimelineData {
  const { steps, groups: names, startedAt } = recorded;
  const groupNames = steps.map(({ urn }) => groupOf(urn, names) ?? NO_GROUP);
  const groups = [NO_GROUP, ...names].filter((name) => groupNames.includes(name));
  const places = new Map(groups.map((name, place) => [name, place]));
  const waited = waitsBySteps(steps, waits, { startedAt, endedAt: summary.seconds });
  const onPath = criticalSteps(steps);
  return {
    seconds: summary.seconds,
    kinds: KINDS,
    groups: groups.map((name) => ({ name, note: noteOf(name, summary) })),
    bars: steps.map((step, place) => ({
      name: nameOf(step.urn),
      type: step.type,
      op: step.op,
      group: places.get(groupNames[place] ?? NO_GROUP) ?? 0,
      kind: KINDS.indexOf(kindOf(step.type)),
      start: step.started,
      end: step.ended ?? summary.seconds,
      ...stateOf(step),
      ...waitsOf(waited[place] ?? []),
    })),
    path: onPath.map((step) => steps.indexOf(step)),
  };
}

function stateOf({ failed, ended }: RecordedSteps["steps"][number]): Pick<Bar, "state"> {
  if (failed === true) {
    return { state: "failed" };
  }
  return ended === undefined ? { state: "unfinished" } : {};
}

function waitsOf(waits: ReturnType<typeof waitsBySteps>[number]): Pick<Bar, "waits"> {
  return waits.length === 0
    ? {}
    : {
        waits: waits.map(({ kind, reason, started, ended }) => ({
          kind,
          reason,
          start: round(started),
          end: round(ended),
        })),
      };
}

function noteOf(name: string, { regions }: Summary): string {
  const region = regions.find((each) => each.name === name);
  return region === undefined ? "" : `${region.cloud}, ${region.result}`;
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
