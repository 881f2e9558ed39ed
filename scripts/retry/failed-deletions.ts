import { decide } from "../../components/governor/retry";
import { errorsOf, steps, type TimedEvent } from "../run/events";

/** Deletions that the engine repeats. */
export interface RepeatedDeletions {
  /** The resources. */
  readonly urns: readonly string[];
  readonly waitSeconds: number;
}

/**
 * The deletions that failed in the last run of the engine and may succeed in a further run. The engine repeats no deletion by
 * itself: it would need the program for that, and `pulumi destroy` works without the program. Pure.
 *
 * @param attempts the events of each run of the engine so far, in their order.
 * @returns undefined if nothing is repeated: because no operation failed, because one failed for good, or because one has
 *   failed too often.
 */
export function repeatedDeletions(
  attempts: readonly (readonly TimedEvent[])[],
): RepeatedDeletions | undefined {
  const newestFirst = attempts.map(errorsOf).reverse();
  const failed = steps(attempts.at(-1) ?? []).filter((step) => step.failed);
  const decisions = failed.map(({ urn, type, op }) =>
    decide({
      urn,
      type,
      failedOperation: op,
      errors: newestFirst.flatMap((errors) => errors.get(urn) ?? []),
    }),
  );
  const waits = decisions.flatMap((decision) => (decision.retry ? [decision.waitSeconds] : []));
  return failed.length === 0 || waits.length < failed.length
    ? undefined
    : { urns: failed.map(({ urn }) => urn), waitSeconds: Math.max(...waits) };
}
