import { contains, type Path, parsePath } from "./path";

/** What about the provider and the object decides whether its data can be changed in place. */
export interface Mutability {
  readonly enableConfigMapMutable: boolean;
  readonly enableSecretMutable: boolean;
  /** The object's own `immutable` field. */
  readonly immutable: boolean;
}

/**
 * Paths of a kind's fields that only a new object can have another value of. As the official plugin has them
 * (https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go), a ConfigMap's and a
 * Secret's data among them unless the provider allows otherwise, and some more that the API server refuses to
 * change: a claim's data source and mode, a class's binding mode and reclaim policy.
 */
export function replacingPaths(apiVersion: string, kind: string, mutability: Mutability): readonly Path[] {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  return [...ALWAYS, ...(KINDS.get(`${group}/${kind}`) ?? []), ...data(group, kind, mutability)];
}

/** Whether a change at that path (of that value, before or after) forces a replacement. */
export function replaces(replacing: readonly Path[], changed: Path, values: readonly unknown[]): boolean {
  return replacing.some(
    (path) =>
      contains(path, changed) ||
      values.some((value) => contains(changed, path) && holds(value, path.slice(changed.length))),
  );
}

function data(group: string, kind: string, mutability: Mutability): readonly Path[] {
  if (group !== "") {
    return [];
  }
  if (kind === "ConfigMap") {
    return mutability.enableConfigMapMutable && !mutability.immutable ? [] : [["binaryData"], ["data"]];
  }
  if (kind === "Secret") {
    return mutability.enableSecretMutable && !mutability.immutable ? [] : [["stringData"], ["data"]];
  }
  return [];
}

function holds(value: unknown, path: Path): boolean {
  const [step, ...rest] = path;
  if (step === undefined) {
    return value !== undefined;
  }
  if (typeof value !== "object" || value === null) {
    return false;
  }
  return step === "*"
    ? Object.values(value).some((member) => holds(member, rest))
    : holds((value as Record<string | number, unknown>)[step], rest);
}

const ALWAYS: readonly Path[] = [
  ["metadata", "name"],
  ["metadata", "namespace"],
];

function paths(...all: readonly string[]): readonly Path[] {
  return all.map(parsePath);
}

const ROLE_BINDING = paths("roleRef");

const KINDS: ReadonlyMap<string, readonly Path[]> = new Map([
  ["apps/DaemonSet", paths("spec.selector")],
  ["apps/Deployment", paths("spec.selector")],
  [
    "apps/StatefulSet",
    paths(
      "spec.podManagementPolicy",
      "spec.revisionHistoryLimit",
      "spec.selector",
      "spec.serviceName",
      "spec.volumeClaimTemplates",
    ),
  ],
  ["batch/Job", paths("spec.completions", "spec.parallelism", "spec.selector", "spec.template")],
  ["rbac.authorization.k8s.io/ClusterRoleBinding", ROLE_BINDING],
  ["rbac.authorization.k8s.io/RoleBinding", ROLE_BINDING],
  ["storage.k8s.io/StorageClass", paths("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode")],
  [
    "/PersistentVolume",
    paths(
      ...["awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume"],
      ...["flocker", "gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs"],
      ...[
        "photonPersistentDisk",
        "portworxVolume",
        "quobyte",
        "rbd",
        "scaleIO",
        "storageos",
        "vsphereVolume",
      ],
    ).map((path) => ["spec", ...path]),
  ],
  [
    "/PersistentVolumeClaim",
    paths(
      "spec.accessModes",
      "spec.dataSource",
      "spec.dataSourceRef",
      "spec.selector",
      "spec.storageClassName",
      "spec.volumeMode",
      "spec.volumeName",
    ),
  ],
  [
    "/Pod",
    paths(
      ...["affinity", "automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks"],
      ...["hostAliases", "hostIPC", "hostNetwork", "hostPID", "hostname", "imagePullSecrets", "nodeName"],
      ...["nodeSelector", "overhead", "preemptionPolicy", "priority", "priorityClassName", "readinessGates"],
      ...["restartPolicy", "runtimeClassName", "schedulerName", "securityContext", "serviceAccount"],
      ...[
        "serviceAccountName",
        "shareProcessNamespace",
        "subdomain",
        "terminationGracePeriodSeconds",
        "volumes",
      ],
      ...["containers", "initContainers"].flatMap((list) =>
        [
          ...["args", "command", "env", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "ports"],
          ...[
            "readinessProbe",
            "resources",
            "securityContext",
            "stdin",
            "stdinOnce",
            "terminationMessagePath",
          ],
          ...["terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir"],
        ].map((name) => `${list}[*].${name}`),
      ),
    ).map((path) => ["spec", ...path]),
  ],
  ["/ResourceQuota", paths("spec.scopes")],
  ["/Secret", paths("type")],
  ["/Service", paths("spec.clusterIP")],
]);
