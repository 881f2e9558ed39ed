import type { Cloud } from "./cloud";
import type { Dialect, Verb } from "./dialect";
import { CloudError } from "./errors";
import type { Fault, Target } from "./faults";
import type { Kind, Scope } from "./kind";
import { fraction } from "./random";

/** One API operation as the official client performs it. */
export interface Call {
  /** `PUT Microsoft.Network/virtualNetworks`, `ec2:CreateVpc` */
  readonly operation: string;
  readonly kind?: Kind;
  readonly verb: Verb;
  readonly scope: Scope;
  readonly location: string;
  /** Who may meet a fault; absent for calls that the plugin makes on the side. */
  readonly target?: Target;
  readonly signal: AbortSignal;
}

/**
 * Sends a request until it is answered: limits and faults come first, what the official client would try
 * again is tried again, within its bounds. `body` runs without interruption and may throw a CloudError.
 * @param body gets the fault that is to strike after the request was accepted, if there is one
 */
export async function call<Answer>(
  cloud: Cloud,
  dialect: Dialect,
  request: Call,
  body: (later: Fault | undefined) => Answer,
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
      return hang(request.signal);
    case "crash":
      return crash();
  }
}

/** The error that a fault asks for. It reaches the user: retries of the client do not hide it. */
export function injected(fault: Fault): CloudError {
  return new CloudError(
    500,
    fault.code ?? "InternalServerError",
    fault.message ?? "Encountered internal server error. (Injected by the fault script.)",
    { final: true },
  );
}

/** Never answers; rejects when the caller goes away. */
export function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason);
    signal.aborted ? abort() : signal.addEventListener("abort", abort, { once: true });
  });
}

function isThrottle(error: CloudError): boolean {
  return (
    error.status === 429 || error.code === "RequestLimitExceeded" || error.code === "ThrottlingException"
  );
}
