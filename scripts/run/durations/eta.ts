import type { StepEventMetadata } from "@pulumi/pulumi/automation";
import type { TimedEvent } from "../events";
import type { Expected, TimedOperation } from "./learned-durations";
import { type Advance, expectedSeconds, type PlannedOperation, remainingSeconds } from "./prediction";

/** How long a run will still take, by its planned operations and by what the engine reports. */
export class Eta {
  readonly #places: Map<string, number>;
  readonly #seconds: readonly number[];
  /** The starts of operations in progress in milliseconds since the epoch, by the operations' places. */
  readonly #running = new Map<number, number>();
  readonly #finished = new Set<number>();

  constructor(
    readonly planned: readonly PlannedOperation[],
    expected: (operation: TimedOperation) => Expected,
  ) {
    this.#places = new Map(planned.map((operation, place) => [keyOf(operation), place]));
    this.#seconds = planned.map((operation) => expectedSeconds(operation, expected).seconds);
  }

  /** Takes an event of the engine into account. Operations that were not planned are ignored. */
  event({ at, event }: TimedEvent): void {
    const begun = this.#placeOf(event.resourcePreEvent?.metadata);
    const ended = this.#placeOf((event.resOutputsEvent ?? event.resOpFailedEvent)?.metadata);
    if (begun !== undefined) {
      this.#running.set(begun, at);
    }
    if (ended !== undefined) {
      this.#running.delete(ended);
      this.#finished.add(ended);
    }
  }

  /** In seconds. @param now in milliseconds since the epoch. */
  remaining(now: number): number {
    const advances = new Map<number, Advance>([
      ...[...this.#finished].map((place) => [place, "finished"] as const),
      ...[...this.#running].map(
        ([place, since]) => [place, { runningSeconds: Math.max(0, now - since) / 1000 }] as const,
      ),
    ]);
    return remainingSeconds(this.planned, this.#seconds, advances);
  }

  /** A planned creation or update of a resource that does not change after all is finished too. */
  #placeOf(metadata: StepEventMetadata | undefined): number | undefined {
    if (metadata === undefined) {
      return undefined;
    }
    if (metadata.op === "same") {
      return (
        this.#places.get(keyOf({ ...metadata, op: "create" })) ??
        this.#places.get(keyOf({ ...metadata, op: "update" }))
      );
    }
    return this.#places.get(keyOf(metadata));
  }
}

function keyOf({ op, urn }: Pick<StepEventMetadata, "op" | "urn"> | PlannedOperation): string {
  return `${op} ${urn}`;
}
