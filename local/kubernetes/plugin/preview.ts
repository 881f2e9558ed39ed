import { containsUnknown, type PropertyMap } from "../../plugin/values";
import type { ApiServer } from "../api/api-server";
import { ApiError, isNotFound, Unreachable } from "../api/errors";
import type { KubernetesObject } from "../api/object";
import { NoSuchKind } from "./apply";
import { properties } from "./manifest";

/**
 * The outputs of a preview: what a dry run answers; the inputs where it cannot be asked, because not all of
 * them are known, the cluster is not there or may not be asked, or the kind or namespace is about to be made.
 *
 * @param api undefined if the cluster is not known
 * @throws ApiError if the API server refuses the object
 */
export async function preview(
  inputs: PropertyMap,
  api: ApiServer | undefined,
  ask: (api: ApiServer) => Promise<KubernetesObject>,
): Promise<PropertyMap> {
  if (api === undefined || containsUnknown(inputs)) {
    return inputs;
  }
  try {
    // A status would be that of a moment that never comes.
    const { status, ...live } = await ask(api);
    return properties(live as KubernetesObject);
  } catch (error) {
    if (error instanceof Unreachable || isNotThereYet(error) || mayNotAsk(error)) {
      return inputs;
    }
    throw error;
  }
}

function isNotThereYet(error: unknown): boolean {
  return (
    error instanceof NoSuchKind ||
    (isNotFound(error) && error.details.kind === "namespaces") ||
    (error instanceof ApiError && /namespace \S+ because it is being terminated/.test(error.message))
  );
}

/** Refused for lack of rights; what admission refuses has the same code and other words. */
function mayNotAsk(error: unknown): boolean {
  return error instanceof ApiError && error.code === 403 && /cannot \w+ resource/.test(error.message);
}
