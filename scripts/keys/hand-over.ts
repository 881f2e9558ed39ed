import {
  ApiException,
  type KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  type V1ManagedFieldsEntry,
  type V1ObjectMeta,
} from "@kubernetes/client-node";
import { allAtOnce } from "../../components/at-once";
import { openCluster } from "../../components/cluster/client-config";
import { ChainfleetError } from "../../components/error";
import { fullName } from "../../components/naming";
import type { Config } from "../../stacks/config/schema";
import type { EngineCommand } from "../engine/command";
import { commandOn } from "../engine/local-target";
import { openStack } from "../engine/stack";
import { readState, type State } from "../engine/state";
import type { KeysOptions } from "./network-in-clusters";
import { findClusters } from "./region-access";

/**
 * Frees the objects of a network's clusters from the field managers of a state that was lost.
 *
 * The Kubernetes plugin draws the name of a resource's field manager once and keeps the name in the state (fieldManagerName in
 * provider/pkg/provider/provider.go of https://github.com/pulumi/pulumi-kubernetes). A run with another state has other names, and
 * the API server refuses its changes of all fields that the lost ones own: with code 409 where the value differs when the object is
 * taken over, and at each later change, because taking the same value over makes both managers owners of the field.
 *
 * No field of any object changes but for an annotation, which says that the object was handed over. Objects that the state has
 * keep their managers.
 *
 * @returns the number of objects that were freed.
 * @throws ChainfleetError `OBJECTS_NOT_HANDED_OVER` with every cluster that does not answer or refuses.
 */
export async function handOverObjects(
  config: Config,
  { stack: name, timeout }: KeysOptions,
  command: EngineCommand,
): Promise<number> {
  const stack = await openStack(name, command);
  const living = managersIn(await readState(stack, command));
  const clusters = await findClusters(config, stack, command);
  const regions = config.regions.map((region, index) => ({ name: region.name, cluster: clusters[index] }));
  const outcomes = await allAtOnce(
    regions,
    { timeoutSeconds: timeout },
    async ({ name: region, cluster }) => {
      if (cluster === undefined || "error" in cluster) {
        throw new Error(cluster?.error ?? "it was not looked for");
      }
      return cluster.access === undefined
        ? 0
        : handOverIn(await openCluster(cluster.access), fullName(config.network.name, region), living);
    },
  );
  const problems = outcomes.flatMap(({ error }, index) =>
    error === undefined ? [] : [`  ${regions[index]?.name}: ${error}`],
  );
  if (problems.length > 0) {
    throw new ChainfleetError({
      code: "OBJECTS_NOT_HANDED_OVER",
      summary: `The state has the keys, but objects in these clusters still belong to the field managers of the lost state:\n${problems.join("\n")}`,
      next: `Repeat the command before the next up, which would be refused with conflicts: ${commandOn(name)} recover keys --stack ${name}`,
    });
  }
  return outcomes.reduce((sum, { value = 0 }) => sum + value, 0);
}

/** The field managers of the resources in a state. */
function managersIn({ resources = [] }: State): ReadonlySet<string> {
  return new Set(
    resources.flatMap(({ outputs }) => {
      const manager = outputs?.["__fieldManager"];
      return typeof manager === "string" ? [manager] : [];
    }),
  );
}

/**
 * Frees the objects of one region.
 *
 * @param prefix with which the names of the region's namespaces and of its objects outside of namespaces begin.
 * @param living the field managers that are not lost.
 * @returns the number of objects that were freed.
 */
export async function handOverIn(
  config: KubeConfig,
  prefix: string,
  living: ReadonlySet<string>,
): Promise<number> {
  const api = config.makeApiClient(KubernetesObjectApi);
  const namespaces = [prefix, `${prefix}-monitoring`];
  const lists = await Promise.all([
    ...OUTSIDE.map((kind) => listed(api, kind).then((objects) => objects.filter(isOfRegion))),
    ...namespaces.flatMap((namespace) => INSIDE.map((kind) => listed(api, kind, namespace))),
  ]);
  const owned = lists.flat().flatMap((object) => {
    const patch = withoutManagers(object, living);
    return patch === undefined ? [] : [patch];
  });
  await Promise.all(
    owned.map((patch) =>
      api.patch(patch, undefined, undefined, FIELD_MANAGER, undefined, PatchStrategy.MergePatch),
    ),
  );
  return owned.length;

  function isOfRegion({ metadata: { name = "" } }: OwnedObject): boolean {
    return [...namespaces, `${prefix}-besu`, `${prefix}-monitoring-prometheus`].includes(name);
  }
}

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

interface OwnedObject extends Kind {
  readonly metadata: V1ObjectMeta;
}

/** The kinds of all objects that a program makes. */
const OUTSIDE: readonly Kind[] = [
  { apiVersion: "v1", kind: "Namespace" },
  { apiVersion: "storage.k8s.io/v1", kind: "StorageClass" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding" },
];
const INSIDE: readonly Kind[] = [
  ...["ConfigMap", "Secret", "Service", "ServiceAccount", "PersistentVolumeClaim"].map((kind) => ({
    apiVersion: "v1",
    kind,
  })),
  { apiVersion: "apps/v1", kind: "StatefulSet" },
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" },
];

/** Who may not list a kind has made none of the kind. */
async function listed(
  api: KubernetesObjectApi,
  { apiVersion, kind }: Kind,
  namespace?: string,
): Promise<OwnedObject[]> {
  try {
    const { items } = await api.list(apiVersion, kind, namespace);
    // The items of a list do not repeat the kind.
    return items.map(({ metadata = {} }) => ({ apiVersion, kind, metadata: metadata as V1ObjectMeta }));
  } catch (error) {
    if (error instanceof ApiException && error.code === 403) {
      return [];
    }
    throw error;
  }
}

/**
 * What takes an object's fields from the managers of a lost state; undefined if none of them has any. Pure.
 *
 * An object without any manager is no object without owners: at the next apply, the API server takes all of its fields for those of
 * a manager `before-first-apply` (skipNonAppliedManager in
 * https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/apimachinery/pkg/util/managedfields/internal/skipnonapplied.go).
 * So one manager stays, with an annotation.
 *
 * @param living the managers that are not lost.
 */
export function withoutManagers(
  { apiVersion, kind, metadata }: OwnedObject,
  living: ReadonlySet<string>,
): OwnedObject | undefined {
  const { name = "", namespace, resourceVersion, managedFields = [] } = metadata;
  const kept = managedFields.filter(
    ({ manager = "" }) => living.has(manager) || (!DRAWN_NAME.test(manager) && manager !== FIELD_MANAGER),
  );
  if (!managedFields.some(({ manager = "" }) => DRAWN_NAME.test(manager) && !living.has(manager))) {
    return undefined;
  }
  const own: V1ManagedFieldsEntry = {
    manager: FIELD_MANAGER,
    operation: "Update",
    apiVersion,
    fieldsType: "FieldsV1",
    fieldsV1: { "f:metadata": { "f:annotations": { [`f:${ANNOTATION}`]: {} } } },
  };
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      // If the object has changed meanwhile, the patch is refused.
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      annotations: { [ANNOTATION]: "true" },
      managedFields: [...kept, own],
    },
  };
}

const DRAWN_NAME = /^pulumi-kubernetes-[0-9a-f]+$/;
const FIELD_MANAGER = "chainfleet-recover";
const ANNOTATION = "chainfleet.dev/handed-over";
