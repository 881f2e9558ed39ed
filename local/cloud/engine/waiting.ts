import { type CreateRequest, InitializationFailed } from "../../plugin/plugin";
import { crash, hang } from "./call";
import type { Cloud } from "./cloud";
import type { Dialect } from "./dialect";
import { CloudError } from "./errors";
import type { Fault } from "./faults";
import type { Kind } from "./kind";
import type { Resource } from "./store";

/**
 * Waits for an accepted operation, as the official plugin does by polling, and returns the resource as it is
 * then (undefined: deleted). The operation goes on whatever becomes of the waiting.
 *
 * Throws a CloudError for an answer that a fault has lost, an Error when the caller cancels or the time is up.
 */
export async function waitFor(
  cloud: Cloud,
  dialect: Dialect,
  kind: Kind,
  accepted: Resource,
  later: Fault | undefined,
  request: Pick<CreateRequest, "signal" | "timeoutSeconds">,
): Promise<Resource | undefined> {
  const { until, kind: verb } = accepted.operation;
  const patience = request.timeoutSeconds > 0 ? request.timeoutSeconds : dialect.patienceSeconds;
  const lastMoment = cloud.clock.deadline(patience);
  try {
    await strike(cloud, later, until, request.signal);
    await cloud.clock.sleepUntil(Math.min(until, lastMoment), request.signal);
  } catch (error) {
    if (error instanceof CloudError) {
      throw error;
    }
    const operation = kind.operations[verb];
    throw new Error(
      `${operation} of ${accepted.id} was cancelled; the operation goes on in the cloud. ` +
        "Run 'pulumi refresh' to see what became of it.",
      { cause: error },
    );
  }
  if (cloud.clock.scale > 0 && lastMoment < until) {
    throw new Error(
      `${kind.operations[verb]} of ${accepted.id} took longer than ${patience} s (simulated): context deadline ` +
        "exceeded. The operation goes on in the cloud; raise customTimeouts if it needs longer.",
    );
  }
  return cloud.find(accepted.key);
}

/**
 * Waits like {@link waitFor} until a creation or change is done. Throws InitializationFailed, as the official
 * plugins do, when the resource is there but the operation failed or nobody waited for its end.
 */
export async function finished(
  cloud: Cloud,
  dialect: Dialect,
  kind: Kind,
  accepted: Resource,
  later: Fault | undefined,
  request: Pick<CreateRequest, "signal" | "timeoutSeconds">,
): Promise<Resource> {
  const unfinished = (reason: string) => {
    const current = cloud.find(accepted.key) ?? accepted;
    return new InitializationFailed(accepted.id, dialect.outputs(kind, current, cloud), [reason]);
  };
  let resource: Resource | undefined;
  try {
    resource = await waitFor(cloud, dialect, kind, accepted, later, request);
  } catch (error) {
    throw error instanceof CloudError ? error : unfinished((error as Error).message);
  }
  if (resource === undefined) {
    throw new Error(`${accepted.id} was deleted by somebody else while it was being written`);
  }
  const { failure } = resource.operation;
  if (failure !== undefined) {
    const error = new CloudError(failure.status, failure.code, failure.detail);
    throw unfinished(dialect.explain(error, kind.operations[accepted.operation.kind], accepted.id));
  }
  return resource;
}

/** The fault that comes after the request was accepted. `error` and `throttle` are part of the operation itself. */
async function strike(
  cloud: Cloud,
  fault: Fault | undefined,
  until: number,
  signal: AbortSignal,
): Promise<void> {
  if (fault === undefined || fault.action === "error" || fault.action === "throttle") {
    return;
  }
  await cloud.clock.sleepUntil(Math.min(until, cloud.clock.deadline(fault.afterSeconds ?? 0)), signal);
  switch (fault.action) {
    case "created-but-504":
      throw new CloudError(
        504,
        fault.code ?? "GatewayTimeout",
        fault.message ?? "The gateway did not receive a response from the service within the specified time.",
        { final: true },
      );
    case "hang":
      return hang(signal);
    case "crash":
      return crash();
  }
}
