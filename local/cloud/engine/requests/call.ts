import type { Cloud } from "../cloud/cloud";
import type { Dialect, Verb } from "../cloud/dialect";
import type { Fault, Target } from "../conditions/faults";
import { CloudError } from "../resources/errors";
import type { Kind, Scope } from "../resources/kind";
import { fraction } from "../resources/random";

/** One API operation as the official client performs it. */
export interface Call {
  /** `PUT Microsoft.Network/virtualNetworks`, `ec2:CreateVpc` */
  readonly operation: string;
  readonly kind?: Kind;
  readonly verb: Verb;
  readonly scope: Scope;
  readonly location: string;
  /** Resource that faults are matched against; absent for the plugin's auxiliary calls, which meet no faults. */
  readonly target?: Target;
  readonly signal: AbortSignal;
  /** Wall-clock time (milliseconds since 1970) at which the plugin stops waiting; absent for reads. */
  readonly deadline?: number;
}

/**
 * Sends a request and retries it as the official client would. Each attempt first passes the rate limits and the
 * fault script. `body` is synchronous, so no other request interleaves with it, and may throw a CloudError.
 * @param body computes the answer; receives the fault to inject after the request was accepted, if any
 */
export async function call<Answer>(
  cloud: Cloud,
  dialect: Dialect,
  request: Call,
  body: (laterFault: Fault | undefined) => Answer,
): Promise<Answer> {
  const statistics = cloud.statistics.of(request.operation);
  const start = cloud.clock.now();
  for (let attempt = 1; ; attempt++) {
    statistics.calls++;
    try {
      return body(await admit(cloud, dialect, request));
    } catch (error) {
      if (!(error instanceof CloudError)) {
        throw error;
      }
      statistics.throttles += isThrottle(error) ? 1 : 0;
      const waited = cloud.clock.now() - start;
      const draw = fraction(cloud.seed, request.operation, request.target?.urn ?? request.location, attempt);
      const delay = error.final ? undefined : dialect.retryDelay(error, attempt, waited, draw);
      if (delay === undefined) {
        statistics.errors++;
        throw error;
      }
      await cloud.clock.sleep(delay, request.signal);
      statistics.retries++;
    }
  }
}

/** Ends this process as kill -9 does. */
export function crash(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("unreachable: the process has been killed");
}

async function admit(cloud: Cloud, dialect: Dialect, request: Call): Promise<Fault | undefined> {
  const limits =
    request.kind === undefined
      ? []
      : dialect.limits(request.kind, request.verb, request.scope, request.location);
  const retryAfterSeconds = cloud.buckets.take(limits, cloud.clock.now());
  if (retryAfterSeconds > 0) {
    throw dialect.throttled(request.operation, retryAfterSeconds);
  }
  const fault = request.target === undefined ? undefined : cloud.faults.meet(request.target);
  if (fault === undefined || fault.afterSeconds !== undefined || fault.action === "created-but-504") {
    return fault;
  }
  switch (fault.action) {
    case "throttle":
      throw dialect.throttled(request.operation, 1);
    case "error":
      throw injected(fault);
    case "hang":
      return hang(cloud, request.signal, request.deadline);
    case "crash":
      return crash();
  }
}

/** The error that a fault injects. The error is final: the client's retries do not hide it from the user. */
export function injected(fault: Fault): CloudError {
  return new CloudError(
    500,
    fault.code ?? "InternalServerError",
    fault.message ?? "Encountered internal server error. (Injected by the fault script.)",
    { final: true },
  );
}

/**
 * Never resolves; rejects when the caller aborts, or with {@link DeadlineExceeded} at the deadline: the context of a
 * plugin's request ends with the resource's timeout, whatever the request is waiting for.
 */
export async function hang(
  { clock }: Pick<Cloud, "clock">,
  signal: AbortSignal,
  deadline: number | undefined,
): Promise<never> {
  // At scale 0 nothing takes time, a timeout included.
  await clock.sleepUntil(
    clock.scale === 0 ? Number.POSITIVE_INFINITY : (deadline ?? Number.POSITIVE_INFINITY),
    signal,
  );
  throw new DeadlineExceeded("context deadline exceeded");
}

/** The resource's timeout has passed. */
export class DeadlineExceeded extends Error {
  override readonly name = "DeadlineExceeded";
}

function isThrottle(error: CloudError): boolean {
  return (
    error.status === 429 || error.code === "RequestLimitExceeded" || error.code === "ThrottlingException"
  );
}
