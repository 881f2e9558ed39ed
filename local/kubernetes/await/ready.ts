import type { ApiServer } from "../api/api-server";
import { discover, type Mapping } from "../api/discovery";
import { informer } from "../api/informer";
import { type KubernetesObject, text } from "../api/object";
import { awaiterOf, timeoutSecondsOf } from "./awaiters";
import { settled } from "./settled";

/** The object exists but did not become ready; `reasons` start with a summary. */
export class NotInitialized extends Error {
  constructor(
    readonly object: KubernetesObject,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("\n"));
    this.name = "NotInitialized";
  }
}

/**
 * Waits until an applied object is ready, and answers it as it is then.
 *
 * @param customTimeoutSeconds 0 for the kind's default
 * @throws NotInitialized when the time is up, the wait is cancelled, or it can never become ready
 */
export async function untilReady(
  api: ApiServer,
  mapping: Mapping,
  applied: KubernetesObject,
  customTimeoutSeconds: number,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const awaiter = awaiterOf(applied);
  if (awaiter === undefined) {
    return applied;
  }
  const { name = "", namespace, uid } = applied.metadata;
  const collection = informer(api, mapping, namespace);
  const relatedMappings = await Promise.all(
    awaiter.related.map(({ apiVersion, kind }) => discover(api, apiVersion, kind)),
  );
  const related = new Map(
    relatedMappings.flatMap((each) =>
      each === undefined
        ? []
        : [[each.kind, informer(api, each, each.namespaced ? namespace : undefined)] as const],
    ),
  );
  let reasons: readonly string[] = ["it has not been seen yet"];
  let latest = applied;
  const look = () => {
    const listed = collection.objects.get(name);
    if (!collection.synced || [...related.values()].some(({ synced }) => !synced)) {
      return false;
    }
    if (listed === undefined || listed.metadata.uid !== uid) {
      reasons = [`${mapping.kind} "${name}" was deleted while it was waited for`];
      return false;
    }
    if (isOlder(listed, applied)) {
      return false;
    }
    latest = { ...listed, apiVersion: mapping.apiVersion, kind: mapping.kind };
    const verdict = awaiter.verdict(latest, (kind) => [...(related.get(kind)?.objects.values() ?? [])]);
    if (verdict === "ready") {
      return true;
    }
    reasons = verdict.reasons;
    if (verdict.final === true) {
      throw new NotInitialized(latest, [`'${name}' failed`, ...reasons]);
    }
    return false;
  };
  const how = await settled(
    [collection, ...related.values()],
    look,
    timeoutSecondsOf(applied, customTimeoutSeconds, awaiter.timeoutSeconds),
    signal,
  );
  if (how === "done") {
    return latest;
  }
  const summary =
    how === "timed out"
      ? `'${name}' timed out waiting to be Ready`
      : `Resource operation was cancelled for "${name}"`;
  const events = how === "timed out" ? await warnings(api, latest) : [];
  throw new NotInitialized(latest, [summary, ...reasons, ...events]);
}

/** A shared informer may still hold the object as it was before it was applied. */
function isOlder(listed: KubernetesObject, applied: KubernetesObject): boolean {
  return (listed.metadata.generation ?? 0) < (applied.metadata.generation ?? 0);
}

/** What controllers complain about, for instance that admission refuses the pods of a StatefulSet. */
async function warnings(api: ApiServer, object: KubernetesObject): Promise<string[]> {
  try {
    const { items } = await api.request<{ items: readonly KubernetesObject[] }>({
      path: `/api/v1/namespaces/${object.metadata.namespace ?? "default"}/events`,
      query: { fieldSelector: `involvedObject.uid=${object.metadata.uid},type=Warning` },
    });
    return [...new Set(items.map((event) => `[${text(event, "reason")}] ${text(event, "message")}`))].slice(
      -MAXIMUM_EVENTS,
    );
  } catch {
    return [];
  }
}

const MAXIMUM_EVENTS = 5;
