import type { TimedStep } from "./timed-steps";

/** The wall-clock time of a run in parts, in seconds, in the order in which they pass. Together they are the whole run. */
export interface Parts {
  /** From the start of the command to the engine's first event: recovery of an earlier run, lock, start of the engine. */
  readonly beforeEngine: number;
  /** Until the first operation: the program starts, reads the config and asks the clouds; unchanged resources are compared. */
  readonly beforeFirstOperation: number;
  /** Until the first operation of the critical path. */
  readonly beforePath: number;
  /** The operations of the critical path. */
  readonly path: number;
  /** Between an operation of the critical path and the next: the engine, the program, or too little parallelism. */
  readonly betweenOperations: number;
  /** From the end of the critical path to the end of the last operation. */
  readonly afterPath: number;
  /** From the end of the last operation to the engine's last event. */
  readonly afterLastOperation: number;
  /** From the engine's last event to the end of the run: the state is read. */
  readonly afterEngine: number;
}

/** When a run's engine worked. All times are in seconds since the start of the run. */
export interface RunSpan {
  readonly engineStarted: number;
  readonly engineEnded: number;
  readonly ended: number;
}

/**
 * Divides the wall-clock time of a run. Pure. Each moment belongs to one part.
 *
 * @param steps all steps of the run, in any order.
 * @param path the steps of the critical path, in their order.
 */
export function partsOf(steps: readonly TimedStep[], path: readonly TimedStep[], span: RunSpan): Parts {
  const engineStarted = within(span.engineStarted, 0, span.ended);
  const engineEnded = within(span.engineEnded, engineStarted, span.ended);
  const inside = (time: number) => within(time, engineStarted, engineEnded);
  const starts = steps.map(({ started }) => inside(started));
  const ends = steps.map(({ ended = span.engineEnded }) => inside(ended));
  const first = smallest(starts) ?? engineEnded;
  const last = largest(ends) ?? engineEnded;
  const pathStarted = inside(path[0]?.started ?? last);
  let until = pathStarted;
  let onPath = 0;
  let between = 0;
  for (const { started, ended = span.engineEnded } of path) {
    const begin = Math.max(until, inside(started));
    const end = Math.max(begin, inside(ended));
    between += begin - until;
    onPath += end - begin;
    until = end;
  }
  return {
    beforeEngine: round(engineStarted),
    beforeFirstOperation: round(first - engineStarted),
    beforePath: round(pathStarted - first),
    path: round(onPath),
    betweenOperations: round(between),
    afterPath: round(last - until),
    afterLastOperation: round(engineEnded - last),
    afterEngine: round(span.ended - engineEnded),
  };
}

function within(time: number, low: number, high: number): number {
  return Math.min(Math.max(time, low), Math.max(low, high));
}

function smallest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
}

function largest(times: readonly number[]): number | undefined {
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
