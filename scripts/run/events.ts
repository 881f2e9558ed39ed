import type { EngineEvent, OpType, StepEventMetadata } from "@pulumi/pulumi/automation";

/** An engine event with the time at which it reached us, in milliseconds since the epoch. */
export interface TimedEvent {
  readonly at: number;
  readonly event: EngineEvent;
}

/** What happened to one resource in a run. Times in milliseconds since the epoch. */
export interface Step {
  readonly urn: string;
  readonly type: string;
  readonly op: OpType;
  readonly started: number;
  /** Absent while it runs, or if the run was cut off. */
  readonly ended?: number;
  readonly failed: boolean;
  readonly metadata: StepEventMetadata;
}

/** The steps of a run in the order in which they began; a pure reduction of its events. */
export function steps(events: readonly TimedEvent[]): Step[] {
  const byKey = new Map<string, Step>();
  for (const { at, event } of events) {
    const begun = event.resourcePreEvent?.metadata;
    const ended = event.resOutputsEvent?.metadata ?? event.resOpFailedEvent?.metadata;
    if (begun !== undefined) {
      byKey.set(keyOf(begun), {
        urn: begun.urn,
        type: begun.type,
        op: begun.op,
        started: at,
        failed: false,
        metadata: begun,
      });
    }
    if (ended !== undefined) {
      const step = byKey.get(keyOf(ended));
      if (step !== undefined) {
        byKey.set(keyOf(ended), {
          ...step,
          ended: at,
          failed: step.failed || event.resOpFailedEvent !== undefined,
        });
      }
    }
  }
  return [...byKey.values()];
}

function keyOf({ urn, op }: StepEventMetadata): string {
  return `${op} ${urn}`;
}

/** The resources whose operation failed. */
export function failedUrns(events: readonly TimedEvent[]): string[] {
  return [...new Set(steps(events).flatMap(({ urn, failed }) => (failed ? [urn] : [])))];
}

/** Whether the engine stopped at a resource that it never began: its check failed. */
export function wasStopped(events: readonly TimedEvent[]): boolean {
  const begun = new Set(steps(events).map(({ urn }) => urn));
  return [...errorsOf(events).keys()].some(
    (urn) => urn !== "" && !begun.has(urn) && !urn.includes("::pulumi:pulumi:Stack::"),
  );
}

/** The error that the engine reported for a resource, if any, as one text. */
export function errorsOf(events: readonly TimedEvent[]): Map<string, string> {
  const errors = new Map<string, string>();
  for (const { event } of events) {
    const diagnostic = event.diagnosticEvent;
    if (diagnostic?.severity === "error") {
      const urn = diagnostic.urn ?? "";
      const text = plain(diagnostic.message).trim();
      errors.set(urn, errors.has(urn) ? `${errors.get(urn)}\n${text}` : text);
    }
  }
  return errors;
}

/** Takes the engine's colour directives (`<{%reset%}>`) and terminal colours out. */
export function plain(text: string): string {
  return text.replace(/<\{%[^%]*%\}>/g, "").replace(ANSI, "");
}

const ANSI = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");
