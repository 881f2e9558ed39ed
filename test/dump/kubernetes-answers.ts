import { KubeConfig } from "@kubernetes/client-node";
import { parse, stringify } from "yaml";
import { configFiles } from "../../stacks/config/config-files";

/**
 * Lets the Kubernetes client answer for a cluster with KubeVirt and three workers, which has every storage class that a config
 * names.
 *
 * @param config the text of the stack's config file.
 */
export function answerForKubernetes(config: string): void {
  const { config: values } = parse(config) as { config: Readonly<Record<string, unknown>> };
  const { pools = [] } = (values["chainfleet:storage"] ?? {}) as {
    readonly pools?: readonly { readonly storageClass: string }[];
  };
  const client = {
    getCode: async () => ({ gitVersion: "v1.35.0" }),
    listNode: async () => ({ items: [1, 2, 3].map(worker) }),
    listStorageClass: async () => ({
      items: pools.map(({ storageClass }) => ({
        metadata: { name: storageClass },
        provisioner: "csi.example.com",
      })),
    }),
    readNamespace: async ({ name }: { readonly name: string }) => ({ metadata: { name } }),
    listCustomObjectForAllNamespaces: async () => ({
      items: [{ status: { observedKubeVirtVersion: "v1.6.0" } }],
    }),
  };
  Object.assign(configFiles, { read: () => kubeconfigOf(values) });
  Object.assign(KubeConfig.prototype, {
    loadFromFile: () => {},
    loadFromDefault: () => {},
    makeApiClient: () => client,
  });
}

/** A kubeconfig with every context that a config names. Private keys are read elsewhere. */
function kubeconfigOf(config: Readonly<Record<string, unknown>>): string {
  const { "chainfleet:regions": regions = [], "chainfleet:storage": storage = {} } = config;
  const named = [
    ...(regions as readonly { readonly context?: string }[]),
    storage as { readonly context?: string },
  ];
  return stringify({
    contexts: ["default", ...named.flatMap(({ context }) => context ?? [])].map((name) => ({ name })),
    "current-context": "default",
  });
}

function worker(number: number) {
  return {
    metadata: { name: `worker-${number}`, labels: { "node-role.kubernetes.io/worker": "" } },
    status: {
      allocatable: { cpu: "16", memory: "64Gi" },
      nodeInfo: { architecture: "amd64", kernelVersion: "6.12.0", osImage: "Example Linux" },
    },
  };
}
