import { criticalPath } from "../timing/critical-path";
import { type Waiting, worksOf } from "../timing/operation-graph";
import { defaultSeconds } from "./default-durations";
import { type Expected, isSimulated, type TimedOperation } from "./learned-durations";

/** An operation that a run is going to do. */
export interface PlannedOperation extends TimedOperation, Waiting {
  readonly urn: string;
}

/** How long a run will take, and how much of that is known from past runs. */
export interface Prediction {
  /** The length of the longest chain of planned operations. */
  readonly seconds: number;
  readonly operations: number;
  /** How many of the operations past runs have shown, at the same location or elsewhere on the same cloud. */
  readonly learned: number;
  /** The longest chain, in the order of the work. */
  readonly path: readonly { readonly urn: string; readonly op: string; readonly seconds: number }[];
}

/** The duration that an operation is expected to take: learned, or else that of the table of defaults. */
export function expectedSeconds(
  { type, op, place }: TimedOperation,
  expected: (operation: TimedOperation) => Expected,
): Expected {
  const learned = expected({ type, op, place });
  // The table is about real clouds, and those of the local target are many times faster.
  return learned.source !== "none" || isSimulated(place)
    ? learned
    : { ...learned, seconds: defaultSeconds(type, op) };
}

/**
 * Predicts the length of a run: the longest chain of its operations, each with its expected duration. Pure.
 *
 * @returns undefined if nothing is planned, or if all operations are on the local target and none was ever seen there.
 */
export function predict(
  planned: readonly PlannedOperation[],
  expected: (operation: TimedOperation) => Expected,
): Prediction | undefined {
  const durations = planned.map((operation) => expectedSeconds(operation, expected));
  const learned = durations.filter(({ source }) => source !== "none").length;
  if (planned.length === 0 || (learned === 0 && planned.every(({ place }) => isSimulated(place)))) {
    return undefined;
  }
  const path = criticalPath(worksOf(planned, (place) => durations[place]?.seconds));
  return {
    seconds: path.reduce((sum, { seconds }) => sum + seconds, 0),
    operations: planned.length,
    learned,
    path: path.flatMap(({ id, seconds }) => {
      const operation = planned[Number(id)];
      return operation === undefined ? [] : [{ urn: operation.urn, op: operation.op, seconds }];
    }),
  };
}

/** How far an operation of a run has come: it has ended, or it runs since some seconds. */
export type Advance = "finished" | { readonly runningSeconds: number };

/**
 * How long a run will still take: the longest chain of what remains of its operations. Pure. An operation that has run for
 * longer than expected is taken to end now.
 *
 * @param seconds the expected durations, in the order of the operations.
 * @param advances of the operations that have begun, by their places in the list.
 */
export function remainingSeconds(
  planned: readonly Waiting[],
  seconds: readonly number[],
  advances: ReadonlyMap<number, Advance>,
): number {
  const remaining = (place: number): number => {
    const advance = advances.get(place);
    const whole = seconds[place] ?? 0;
    if (advance === undefined) {
      return whole;
    }
    return advance === "finished" ? 0 : Math.max(0, whole - advance.runningSeconds);
  };
  return criticalPath(worksOf(planned, remaining)).reduce((sum, work) => sum + work.seconds, 0);
}
