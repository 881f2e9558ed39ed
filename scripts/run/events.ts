import { stripVTControlCharacters } from "node:util";
import type { EngineEvent, OpType, StepEventMetadata } from "@pulumi/pulumi/automation";
import { packFinding } from "../engine/policy-packs";

/** An event of the engine with the time of its arrival, in milliseconds since the epoch. */
export interface TimedEvent {
  readonly at: number;
  readonly event: EngineEvent;
}

/** An operation on one resource in a run. Times are in milliseconds since the epoch. */
export interface Step {
  readonly urn: string;
  readonly type: string;
  readonly op: OpType;
  readonly started: number;
  /** Absent while the operation is in progress, and if the run was interrupted during the operation. */
  readonly ended?: number;
  readonly failed: boolean;
  readonly metadata: StepEventMetadata;
}

/** The steps of a run in the order of their starts, computed from the run's events. Pure. */
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

/** The URNs of the resources of which an operation failed. */
export function failedUrns(events: readonly TimedEvent[]): string[] {
  return [...new Set(steps(events).flatMap(({ urn, failed }) => (failed ? [urn] : [])))];
}

/**
 * Whether the check of a resource failed. The engine reports an error for such a resource without starting a step for
 * the resource, and then stops, even with `--continue-on-error`.
 */
export function hasFailedCheck(events: readonly TimedEvent[]): boolean {
  const begun = new Set(steps(events).map(({ urn }) => urn));
  return [...errorsOf(events).keys()].some(
    (urn) => urn !== "" && !begun.has(urn) && !urn.includes("::pulumi:pulumi:Stack::"),
  );
}

/**
 * The errors that the engine reported, by the URN of the resource. Several errors of one resource are lines of one
 * text.
 */
export function errorsOf(events: readonly TimedEvent[]): Map<string, string> {
  const errors = new Map<string, string>();
  for (const { event } of events) {
    const error = errorIn(event);
    if (error !== undefined) {
      const { urn, text } = error;
      errors.set(urn, errors.has(urn) ? `${errors.get(urn)}\n${text}` : text);
    }
  }
  return errors;
}

/** What a resource or a mandatory policy of a pack failed with. */
function errorIn(event: EngineEvent): { readonly urn: string; readonly text: string } | undefined {
  const diagnostic = event.diagnosticEvent;
  if (diagnostic?.severity === "error") {
    return { urn: diagnostic.urn ?? "", text: withoutColours(diagnostic.message).trim() };
  }
  const finding = packFinding(event);
  return finding?.isMandatory === true ? finding : undefined;
}

/** A text of the engine without the engine's colour directives, such as `<{%reset%}>`, and without terminal colours. */
export function withoutColours(text: string): string {
  return stripVTControlCharacters(text.replace(/<\{%[^%]*%\}>/g, ""));
}
