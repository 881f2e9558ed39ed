import type { ApiServer } from "./api-server";
import { isNotFound } from "./errors";

/** Where the API server keeps the objects of a kind. */
export interface Mapping {
  readonly apiVersion: string;
  readonly kind: string;
  /** `/apis/apps/v1` */
  readonly root: string;
  /** `statefulsets` */
  readonly plural: string;
  readonly namespaced: boolean;
}

/**
 * The mapping of a kind; undefined if the API server does not serve it (yet: a custom resource definition may
 * be about to be made, so only what was found is remembered).
 */
export async function discover(
  api: ApiServer,
  apiVersion: string,
  kind: string,
): Promise<Mapping | undefined> {
  const key = `${api.id} ${apiVersion}`;
  const known = groupVersions.get(key);
  const found = (await known)?.get(kind);
  if (found !== undefined) {
    return found;
  }
  if (groupVersions.get(key) === known) {
    const fetched = fetchGroupVersion(api, apiVersion);
    groupVersions.set(key, fetched);
    fetched.catch(() => groupVersions.delete(key));
  }
  return (await groupVersions.get(key))?.get(kind);
}

/** The path of a kind's collection, or of one object in it. The namespace is left out where there is none. */
export function pathOf(mapping: Mapping, namespace: string | undefined, name?: string): string {
  const scope =
    mapping.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  const object = name === undefined ? "" : `/${encodeURIComponent(name)}`;
  return `${mapping.root}${scope}/${mapping.plural}${object}`;
}

const groupVersions = new Map<string, Promise<ReadonlyMap<string, Mapping>>>();

interface ResourceList {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

async function fetchGroupVersion(api: ApiServer, apiVersion: string): Promise<ReadonlyMap<string, Mapping>> {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  try {
    const { resources } = await api.request<ResourceList>({ path: root });
    return new Map(
      resources
        .filter(({ name }) => !name.includes("/"))
        .map(({ name, kind, namespaced }) => [kind, { apiVersion, kind, root, plural: name, namespaced }]),
    );
  } catch (error) {
    if (isNotFound(error)) {
      return new Map();
    }
    throw error;
  }
}
