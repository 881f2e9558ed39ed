import type { V1Container, V1Pod } from "@kubernetes/client-node";
import { ApiException } from "@kubernetes/client-node";
import type { Cluster } from "../../kubernetes/control-plane/cluster";
import type { SecretsStore } from "./secrets-store";

/** A Besu pod with what its container finds in its volumes when it starts. */
export interface BesuPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly address: string;
  readonly image: string;
  /** The arguments of the container, with all variables in their place. */
  readonly args: readonly string[];
  /** What the data volume is: data that come back with the volume belong to it and not to the claim. */
  readonly volume: string;
  /** The content of a file by its path in the container. */
  readonly files: ReadonlyMap<string, string>;
}

/** Whether a pod is one whose Besu runs: kwok plays the kubelet, and says when the container has started. */
export function runsBesu({ metadata, spec, status }: V1Pod): boolean {
  return (
    metadata?.deletionTimestamp === undefined &&
    status?.phase === "Running" &&
    status.podIP !== undefined &&
    status.containerStatuses?.some(({ name, started }) => name === CONTAINER && started === true) === true &&
    spec?.containers.some(({ name, args = [] }) => name === CONTAINER && args.some(isGenesis)) === true
  );
}

const CONTAINER = "besu";

function isGenesis(argument: string): boolean {
  return argument.startsWith("--genesis-file=");
}

/**
 * Reads what a pod mounts. The kubelet does so before it starts the container, and a container sees a ConfigMap's change only in
 * files that it reads anew; Besu reads its files when it starts.
 *
 * @returns undefined if something that the pod mounts is not there, with which its container would not have started.
 */
export async function readPod(
  cluster: Cluster,
  store: SecretsStore,
  pod: V1Pod,
): Promise<BesuPod | undefined> {
  const { core } = cluster;
  const { namespace = "", name = "", uid = "" } = pod.metadata ?? {};
  const container = pod.spec?.containers.find((candidate) => candidate.name === CONTAINER);
  const address = pod.status?.podIP ?? "";
  if (container === undefined) {
    return undefined;
  }
  try {
    const files = new Map<string, string>();
    let volume = uid;
    await Promise.all(
      (pod.spec?.volumes ?? []).map(
        async ({ name: mounted, configMap, secret, csi, persistentVolumeClaim }) => {
          const path = container.volumeMounts?.find((mount) => mount.name === mounted)?.mountPath;
          if (configMap?.name !== undefined) {
            const { data = {} } = await core.readNamespacedConfigMap({ namespace, name: configMap.name });
            for (const [file, content] of Object.entries(data)) {
              files.set(`${path}/${file}`, content);
            }
          } else if (secret?.secretName !== undefined) {
            const { data = {} } = await core.readNamespacedSecret({ namespace, name: secret.secretName });
            for (const [file, content] of Object.entries(data)) {
              files.set(`${path}/${file}`, Buffer.from(content, "base64").toString());
            }
          } else if (csi !== undefined) {
            const serviceAccount = pod.spec?.serviceAccountName ?? "default";
            for (const [file, content] of await store.files(cluster, { namespace, serviceAccount }, csi)) {
              files.set(`${path}/${file}`, content);
            }
          } else if (persistentVolumeClaim !== undefined) {
            const claim = await core.readNamespacedPersistentVolumeClaim({
              namespace,
              name: persistentVolumeClaim.claimName,
            });
            volume = claim.spec?.volumeName ?? uid;
          }
        },
      ),
    );
    return {
      namespace,
      name,
      uid,
      address,
      image: container.image ?? "",
      args: expanded(container, address),
      volume,
      files,
    };
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) {
      return undefined;
    }
    throw error;
  }
}

/** https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/ */
function expanded({ args = [], env = [] }: V1Container, address: string): string[] {
  const values = new Map(
    env.map(({ name, value, valueFrom }) => [
      name,
      valueFrom?.fieldRef?.fieldPath === "status.podIP" ? address : (value ?? ""),
    ]),
  );
  return args.map((argument) =>
    argument.replace(/\$\((\w+)\)/g, (reference, name) => values.get(name) ?? reference),
  );
}
