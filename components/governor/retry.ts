import { createHash } from "node:crypto";
import { classify, type Failure, kindOfReason } from "./failure";
import { isOfEc2 } from "./limits";

/** A failed operation on a resource. */
export interface FailedOperation {
  readonly urn: string;
  /** The type token of the resource. */
  readonly type: string;
  /** `create`, `update` or `delete`. */
  readonly failedOperation: string;
  /** The errors of the operation in this run, newest first; at least one. */
  readonly errors: readonly string[];
}

/** What to do after a failed operation. */
export type Decision =
  | { readonly retry: false; readonly failure: Failure }
  | { readonly retry: true; readonly failure: Failure; readonly waitSeconds: number };

/** How often an operation is repeated after errors of the kind. With an error in one request of ten, all repetitions fail once in a million times. */
const MOST_RETRIES: Readonly<Record<Failure["kind"], number>> = {
  throttled: 20,
  refused: 12,
  unanswered: 5,
  exists: 0,
  partial: 0,
  permanent: 0,
};

/** The first wait is shorter than this; each further one may be twice as long … */
const FIRST_WAIT_SECONDS = 2;

/** … up to this. */
const LONGEST_WAIT_SECONDS = 60;

/**
 * Decides whether an operation is repeated within the run, and after which wait: exponential back-off with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), or the time that the cloud named.
 *
 * An update or deletion that is repeated has the same result. A creation whose answer is missing is repeated only if
 * a second creation cannot make a second resource; otherwise `chainfleet` looks the resource up (scripts/recover).
 */
export function decide({ urn, type, failedOperation, errors }: FailedOperation): Decision {
  const failure = classify(errors[0] ?? "", type);
  // EC2 generates ids. Azure's, EKS's, IAM's and Kubernetes' resources have fixed names: a second creation is refused.
  const mayDouble = failure.kind === "unanswered" && failedOperation === "create" && isOfEc2(type);
  // The state keeps a half-updated resource whatever happens, so that a repetition loses nothing; of a creation it would
  // lose the id.
  const kind =
    failure.kind === "partial" && failedOperation !== "create" ? kindOfReason(errors[0] ?? "") : failure.kind;
  if (mayDouble || errors.length > MOST_RETRIES[kind]) {
    return { retry: false, failure };
  }
  const longest = Math.min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (errors.length - 1));
  const jittered = longest * fraction(`${urn} ${failedOperation} ${errors.length}`);
  return { retry: true, failure, waitSeconds: (failure.retryAfterSeconds ?? 0) + jittered };
}

/** A number in [0, 1) that depends on the text alone, so that a run with the same failures has the same waits. */
function fraction(text: string): number {
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}
