import type { ApiServer } from "../api/api-server";
import { type Mapping, pathOf } from "../api/discovery";
import { isNotFound } from "../api/errors";
import { informer } from "../api/informer";
import { type KubernetesObject, list, text } from "../api/object";
import { timeoutSecondsOf } from "./awaiters";
import { settled } from "./settled";

/**
 * Deletes an object, as a rule after all that it owns (`pulumi.com/deletionPropagationPolicy` says otherwise),
 * and waits until it is gone. One that is not there is gone already.
 *
 * @param object as last applied; only its name, namespace and annotations count
 * @throws when the time is up (with what holds it, as far as the API server says) or the wait is cancelled
 */
export async function deleteObject(
  api: ApiServer,
  mapping: Mapping,
  object: KubernetesObject,
  customTimeoutSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  const { name = "", namespace, annotations = {} } = object.metadata;
  const path = pathOf(mapping, namespace, name);
  let answer: KubernetesObject;
  try {
    answer = await api.request({
      method: "DELETE",
      path,
      body: {
        apiVersion: "v1",
        kind: "DeleteOptions",
        propagationPolicy: POLICIES.get(annotations[POLICY]?.toLowerCase() ?? "") ?? "Foreground",
      },
      signal,
    });
  } catch (error) {
    if (isNotFound(error)) {
      return;
    }
    throw error;
  }
  // A Status instead of the object: it is gone at once.
  if (answer.kind === "Status" || annotations["pulumi.com/skipAwait"] === "true") {
    return;
  }
  const collection = informer(api, mapping, namespace);
  const { uid, resourceVersion } = answer.metadata;
  let last = answer;
  const look = () => {
    const listed = collection.objects.get(name);
    last = listed ?? last;
    return collection.hasSeen(resourceVersion) && listed?.metadata.uid !== uid;
  };
  const seconds = timeoutSecondsOf(object, customTimeoutSeconds, DELETE_SECONDS.get(mapping.kind) ?? 300);
  const how = await settled([collection], look, seconds, signal);
  if (how === "timed out") {
    throw new Error(
      [
        `${mapping.kind} "${name}" still exists ${seconds} s after its deletion was asked for`,
        ...holders(last),
      ].join("\n"),
    );
  }
  if (how === "cancelled") {
    throw new Error(`the deletion of ${mapping.kind} "${name}" was cancelled; it may still be under way`);
  }
}

/** https://www.pulumi.com/registry/packages/kubernetes/ (`pulumi.com/deletionPropagationPolicy`) */
const POLICY = "pulumi.com/deletionPropagationPolicy";

const POLICIES: ReadonlyMap<string, string> = new Map([
  ["foreground", "Foreground"],
  ["background", "Background"],
  ["orphan", "Orphan"],
]);

/** The official plugin's defaults, where they are not 300. */
const DELETE_SECONDS: ReadonlyMap<string, number> = new Map([
  ["Deployment", 600],
  ["StatefulSet", 600],
  ["ReplicationController", 600],
]);

function holders(object: KubernetesObject): string[] {
  const finalizers = object.metadata.finalizers ?? [];
  return [
    ...(finalizers.length === 0 ? [] : [`it waits for its finalizers: ${finalizers.join(", ")}`]),
    ...list(object, "status", "conditions")
      .filter((each) => text(each, "status") === "True" && text(each, "message") !== "")
      .map((each) => text(each, "message")),
  ];
}
