import { classify, type FailureKind } from "../../components/governor/failure";
import { errorsOf, steps, type TimedEvent } from "../run/events";

/**
 * The resources that a cloud may have created although the engine was told of a failure: the answer to their creation was
 * lost, or a repetition of the creation found that the resource exists. Pure.
 *
 * @param events of one run of the engine.
 * @returns their URNs.
 */
export function lostCreations(events: readonly TimedEvent[]): string[] {
  const errors = errorsOf(events);
  const repeated = new Set(
    events.flatMap(({ event: { diagnosticEvent: diagnostic } }) =>
      REPEATED.test(diagnostic?.message ?? "") ? [diagnostic?.urn ?? ""] : [],
    ),
  );
  return steps(events)
    .filter(({ op, failed }) => failed && (op === "create" || op === "create-replacement"))
    .filter(({ urn, type }) => isLost(classify(errors.get(urn) ?? "", type).kind, repeated.has(urn)))
    .map(({ urn }) => urn);
}

/** A repetition of a creation that gets no answer either was preceded by a look whether the resource exists. */
function isLost(kind: FailureKind, isRepetition: boolean): boolean {
  return isRepetition ? kind === "exists" : kind === "unanswered";
}

/** CreateStep.Apply in pkg/resource/deploy/step.go of https://github.com/pulumi/pulumi: a hook had the creation repeated. */
const REPEATED = /retrying create due to on-error hook request/;

/**
 * The events of a run that needed several runs of the engine, as if the engine had run once: a failure counts only if the
 * resource failed in the last run of the engine too. Pure.
 *
 * @param attempts the events of each run of the engine, in their order.
 */
export function withoutOvercome(attempts: readonly (readonly TimedEvent[])[]): TimedEvent[] {
  return attempts.flatMap((events, index) =>
    index === attempts.length - 1 ? [...events] : events.flatMap((timed) => overcome(timed)),
  );
}

/** An event of a run of the engine after which the engine ran again. */
function overcome(timed: TimedEvent): TimedEvent[] {
  const { resOpFailedEvent: failed, diagnosticEvent: diagnostic } = timed.event;
  if (diagnostic?.severity === "error") {
    return [];
  }
  if (failed === undefined) {
    return [timed];
  }
  const { resOpFailedEvent: _, ...rest } = timed.event;
  return [{ ...timed, event: { ...rest, resOutputsEvent: { metadata: failed.metadata } } }];
}
