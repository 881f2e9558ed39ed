import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { ApiServer } from "../api/api-server";
import { discover, type Mapping, pathOf } from "../api/discovery";
import { ApiError, isNotFound } from "../api/errors";
import { idOf, type KubernetesObject } from "../api/object";
import { withoutSecrets } from "./redaction";

/** The API server does not serve the object's kind. */
export class NoSuchKind extends Error {
  constructor({ apiVersion, kind }: KubernetesObject) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
    this.name = "NoSuchKind";
  }
}

/** Applied: the object as the API server has it now, and where. */
export interface Applied {
  readonly live: KubernetesObject;
  readonly mapping: Mapping;
}

/**
 * Applies an object: server-side, with strict field validation, as the owner of exactly the fields it names.
 * A kind or namespace that is not there yet is waited for, for half a minute, as the official plugin does. If
 * an object of that name is being deleted (by an operation that was killed, say), its end is waited for too.
 *
 * @throws NoSuchKind
 * @throws ApiError as the API server gives it, without the values of a Secret
 */
export async function apply(
  api: ApiServer,
  object: KubernetesObject,
  fieldManager: string,
  signal: AbortSignal,
): Promise<Applied> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const applied = await patch(api, object, fieldManager, {}, signal);
      if (applied.live.metadata.deletionTimestamp === undefined) {
        return applied;
      }
      await untilGone(api, applied, signal);
    } catch (error) {
      const wait = WAITS_SECONDS[attempt];
      if (wait === undefined || !(isNotFound(error) || error instanceof NoSuchKind)) {
        throw error;
      }
      await delay(wait * 1000, undefined, { signal });
    }
  }
}

/** What {@link apply} would do: everything is checked, nothing is kept. Does not wait. */
export async function dryRun(
  api: ApiServer,
  object: KubernetesObject,
  fieldManager: string,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  const { live } = await patch(api, object, fieldManager, { dryRun: "All" }, signal);
  return live;
}

/**
 * Like {@link dryRun} for an object that is going to replace one of the same name: if what is there cannot be
 * changed into it, tries it under another name.
 */
export async function dryRunReplacement(
  api: ApiServer,
  object: KubernetesObject,
  fieldManager: string,
  signal: AbortSignal,
): Promise<KubernetesObject> {
  try {
    return await dryRun(api, object, fieldManager, signal);
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === "Invalid")) {
      throw error;
    }
    const { name = "" } = object.metadata;
    const another = `${name.slice(0, 240)}-${randomBytes(3).toString("hex")}`;
    const renamed = { ...object, metadata: { ...object.metadata, name: another } };
    const live = await dryRun(api, renamed, fieldManager, signal).catch(() => {
      throw error;
    });
    return { ...live, metadata: { ...live.metadata, name } };
  }
}

/** @throws if the object is still there after five minutes */
async function untilGone(api: ApiServer, { live, mapping }: Applied, signal: AbortSignal): Promise<void> {
  const path = pathOf(mapping, live.metadata.namespace, live.metadata.name);
  for (const started = Date.now(); Date.now() - started < 300_000; ) {
    const found = await api.request({ path, signal }).catch((error: unknown) => {
      if (isNotFound(error)) {
        return undefined;
      }
      throw error;
    });
    if (found === undefined || found.metadata.uid !== live.metadata.uid) {
      return;
    }
    await delay(500, undefined, { signal });
  }
  throw new Error(`${mapping.kind} "${idOf(live)}" is being deleted, and still there after 5 minutes`);
}

/** Half a minute in all. */
const WAITS_SECONDS = [1, 2, 4, 8, 16];

async function patch(
  api: ApiServer,
  object: KubernetesObject,
  fieldManager: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Applied> {
  const mapping = await discover(api, object.apiVersion, object.kind);
  if (mapping === undefined) {
    throw new NoSuchKind(object);
  }
  const { namespace = "default", name = "" } = object.metadata;
  const force = object.metadata.annotations?.["pulumi.com/patchForce"] === "true";
  try {
    const live = await api.request({
      method: "PATCH",
      path: pathOf(mapping, namespace, name),
      query: { ...query, fieldManager, fieldValidation: "Strict", force: String(force) },
      contentType: "application/apply-patch+yaml",
      body: object,
      signal,
    });
    return { live, mapping };
  } catch (error) {
    throw explained(withoutSecrets(error, object), fieldManager);
  }
}

const CONFLICT_HELP =
  "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources";

function explained(error: unknown, fieldManager: string): unknown {
  return error instanceof ApiError && error.code === 409
    ? new ApiError(
        error.code,
        error.reason,
        `Server-Side Apply field conflict detected. See ${CONFLICT_HELP} for troubleshooting help.\nThe resource managed by field manager "${fieldManager}" had an apply conflict: ${error.message}`,
        error.details,
      )
    : error;
}
