import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster";
import { splitOptions } from "../engine/component-options";
import { METRICS_PORT, RPC_PORT } from "../ports";
import { RPC_SERVICE, rpcUrlOf, serviceHosts } from "./options/hosts";
import { besuPod, type SiteNodeArgs } from "./pod";
import { roleLabels } from "./role";
import { VolumeExpansion } from "./volumes/volume-expansion";

/** The arguments of a region's RPC nodes. */
export interface RpcNodesArgs extends SiteNodeArgs {
  /** Number of RPC nodes. */
  readonly replicas: number;
  /** Host names that the nodes accept in addition to the names of their Service. */
  readonly hosts: readonly string[];
  /** How the cluster is reached. */
  readonly access: Pick<Cluster, "kubeconfig" | "context">;
  /** Hooks that let the volumes of one region after another grow. */
  readonly volumeHooks: pulumi.ResourceHookBinding;
}

/**
 * A region's RPC nodes: a StatefulSet behind a Service. RPC nodes dial the validators and accept no connections from
 * peers, so changing their number affects no other node. Their volumes are deleted with them, because an RPC node can
 * download the chain again. Another size lets the volumes grow where they are.
 */
export class RpcNodes extends pulumi.ComponentResource {
  /** The RPC URL inside the cluster. @example "http://rpc.chain138-eastus.svc:8545" */
  readonly url: pulumi.Output<string>;
  readonly statefulSet: kubernetes.apps.v1.StatefulSet;

  constructor(name: string, args: RpcNodesArgs, opts: pulumi.ComponentResourceOptions) {
    const { component, contents: inCluster } = splitOptions(opts);
    super("chainfleet:besu:RpcNodes", `${name}-rpc`, {}, component);
    const parent = { parent: this, ...inCluster };
    const contents = { ...parent, deletedWith: args.namespace.deletedWith };
    const labels = roleLabels("rpc");
    const metadata = (objectName: string) => ({ name: objectName, namespace: args.namespace.name, labels });

    new kubernetes.core.v1.Service(
      `${name}-rpc-headless`,
      {
        metadata: metadata("rpc-headless"),
        spec: {
          clusterIP: "None",
          publishNotReadyAddresses: true,
          selector: labels,
          ports: [
            { name: "rpc", port: RPC_PORT },
            { name: "metrics", port: METRICS_PORT },
          ],
        },
      },
      contents,
    );
    this.statefulSet = new kubernetes.apps.v1.StatefulSet(
      `${name}-rpc`,
      {
        metadata: {
          ...metadata("rpc"),
          // A run that is killed before the state records the StatefulSet is followed by a run that creates the
          // StatefulSet a second time. By default the plugin chooses a random field manager for each creation, and the
          // second manager would conflict with the first: the API server fills in defaults of volumeClaimTemplates,
          // and the whole list belongs to one field manager.
          annotations: { "pulumi.com/patchFieldManager": "chainfleet" },
        },
        spec: {
          replicas: args.replicas,
          podManagementPolicy: "Parallel",
          serviceName: "rpc-headless",
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: args.namespace.name.apply((namespace) =>
              besuPod({
                ...args,
                role: "rpc",
                hosts: [
                  ...serviceHosts(RPC_SERVICE, namespace),
                  ...serviceHosts("rpc-headless", namespace),
                  ...args.hosts,
                ],
                nodeSelector: {},
                tolerations: [],
              }),
            ),
          },
          volumeClaimTemplates: [
            {
              metadata: { name: "data" },
              spec: {
                accessModes: ["ReadWriteOnce"],
                resources: { requests: { storage: args.storage } },
                ...(args.storageClassName === undefined ? {} : { storageClassName: args.storageClassName }),
              },
            },
          ],
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Delete" },
        },
      },
      {
        ...parent,
        dependsOn: [...args.namespace.guards],
        // Another template would replace the StatefulSet, and delete the volumes with it.
        ignoreChanges: ["spec.volumeClaimTemplates"],
      },
    );
    new VolumeExpansion(
      `${name}-rpc-volumes`,
      {
        region: name,
        kubeconfig: args.access.kubeconfig,
        ...(args.access.context === undefined ? {} : { context: args.access.context }),
        namespace: args.namespace.name,
        statefulSet: "rpc",
        template: "data",
        replicas: args.replicas,
        storage: args.storage,
      },
      { parent: this, hooks: args.volumeHooks },
    );
    const service = new kubernetes.core.v1.Service(
      `${name}-rpc-service`,
      {
        metadata: {
          ...metadata(RPC_SERVICE),
          // The StatefulSet waits until its pods are ready. If the Service waited too, a run that was interrupted
          // before the StatefulSet was created would leave a Service that waits for pods that never start.
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        spec: { selector: labels, ports: [{ name: "rpc", port: RPC_PORT, targetPort: "rpc" }] },
      },
      contents,
    );
    new kubernetes.policy.v1.PodDisruptionBudget(
      `${name}-rpc-disruption-budget`,
      { metadata: metadata("rpc"), spec: { maxUnavailable: 1, selector: { matchLabels: labels } } },
      contents,
    );
    this.url = pulumi
      .all([service.metadata.name, args.namespace.name])
      .apply(([, namespace]) => rpcUrlOf(namespace));
    this.registerOutputs({ url: this.url });
  }
}
