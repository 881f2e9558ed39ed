import { type CreateRequest, InitializationFailed } from "../../../plugin/plugin";
import type { Cloud } from "../cloud/cloud";
import type { KindContext } from "../cloud/kind-context";
import type { Fault } from "../conditions/faults";
import { CloudError } from "../resources/errors";
import type { Resource } from "../resources/store";
import { crash, DeadlineExceeded, hang } from "./call";

type WaitRequest = Pick<CreateRequest, "signal" | "timeoutSeconds">;

/**
 * Waits until an accepted deletion ends, as the official plugin does by polling. Returns undefined once the
 * resource is deleted, or the resource if the deletion failed. The operation goes on even if the wait ends early.
 *
 * Throws a CloudError when a fault loses the answer, and an Error when the caller cancels or the timeout passes.
 */
export async function waitForDeletion(
  context: KindContext,
  accepted: Resource,
  fault: Fault | undefined,
  request: WaitRequest,
): Promise<Resource | undefined> {
  return waitForOperation(context, accepted, fault, request);
}

async function waitForOperation(
  { cloud, dialect, kind }: KindContext,
  accepted: Resource,
  fault: Fault | undefined,
  request: WaitRequest,
): Promise<Resource | undefined> {
  const { until, kind: verb } = accepted.operation;
  const timeoutSeconds = request.timeoutSeconds > 0 ? request.timeoutSeconds : dialect.defaultTimeoutSeconds;
  const deadline = cloud.clock.deadline(timeoutSeconds);
  try {
    await injectAfterAcceptance(cloud, fault, { until, deadline, signal: request.signal });
    await cloud.clock.sleepUntil(Math.min(until, deadline), request.signal);
  } catch (error) {
    if (error instanceof CloudError || error instanceof DeadlineExceeded) {
      throw error;
    }
    const operation = kind.operations[verb];
    throw new Error(
      `${operation} of ${accepted.id} was cancelled; the operation goes on in the cloud. ` +
        "Run 'pulumi refresh' to see its result.",
      { cause: error },
    );
  }
  if (cloud.clock.scale > 0 && deadline < until) {
    throw new Error(
      `${kind.operations[verb]} of ${accepted.id} took longer than ${timeoutSeconds} s (simulated): context deadline ` +
        "exceeded. The operation goes on in the cloud; raise customTimeouts if the operation needs longer.",
    );
  }
  return cloud.find(accepted.key);
}

/**
 * Waits until an accepted creation or update ends. Throws InitializationFailed, as the official plugins do, when
 * the resource exists but the operation failed, the caller cancelled, or the timeout passed. Throws a CloudError
 * when a fault loses the answer.
 */
export async function waitForWrite(
  context: KindContext,
  accepted: Resource,
  fault: Fault | undefined,
  request: WaitRequest,
): Promise<Resource> {
  const { cloud, dialect, kind } = context;
  const unfinished = (reason: string) => {
    const current = cloud.find(accepted.key) ?? accepted;
    return new InitializationFailed(accepted.id, dialect.outputs(kind, current, cloud), [reason]);
  };
  let resource: Resource | undefined;
  try {
    resource = await waitForOperation(context, accepted, fault, request);
  } catch (error) {
    throw error instanceof CloudError ? error : unfinished((error as Error).message);
  }
  if (resource === undefined) {
    throw new Error(`${accepted.id} was deleted by another request while the resource was being written`);
  }
  const { failure } = resource.operation;
  if (failure !== undefined) {
    const error = new CloudError(failure.status, failure.code, failure.detail);
    throw unfinished(dialect.explain(error, kind.operations[accepted.operation.kind], accepted.id));
  }
  return resource;
}

/** Injects a fault that is due after acceptance. `error` and `throttle` are not handled here: the operation carries them. */
async function injectAfterAcceptance(
  cloud: Cloud,
  fault: Fault | undefined,
  { until, deadline, signal }: { until: number; deadline: number; signal: AbortSignal },
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
      return hang(cloud, signal, deadline);
    case "crash":
      return crash();
  }
}
