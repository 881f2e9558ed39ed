import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { RPC_PORT } from "../ports";
import { besuPod, type SiteNodeArgs } from "./pod";
import { roleLabels } from "./role";

/** What a region's RPC nodes are made from. */
export interface RpcNodesArgs extends SiteNodeArgs {
  readonly replicas: number;
  /** Host names to answer to beside the Service's own. */
  readonly hosts: readonly string[];
}

/**
 * A region's RPC nodes: one stateful set behind one Service. They dial the validators and nobody dials them,
 * so their number concerns no other region; their data is the chain's and goes with them.
 */
export class RpcNodes extends pulumi.ComponentResource {
  /** Inside the cluster. @example "http://rpc.chain138-eastus.svc:8545" */
  readonly url: pulumi.Output<string>;

  constructor(name: string, args: RpcNodesArgs, opts: pulumi.ComponentResourceOptions) {
    super("chainfleet:besu:RpcNodes", `${name}-rpc`, {}, opts);
    const parent = { parent: this };
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
          ports: [{ name: "rpc", port: RPC_PORT }],
        },
      },
      contents,
    );
    new kubernetes.apps.v1.StatefulSet(
      `${name}-rpc`,
      {
        metadata: metadata("rpc"),
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
                rpcHosts: [...serviceHosts("rpc", namespace), ...args.hosts],
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
      { ...parent, dependsOn: [...args.namespace.guards] },
    );
    const service = new kubernetes.core.v1.Service(
      `${name}-rpc-service`,
      {
        metadata: {
          ...metadata("rpc"),
          // The StatefulSet waits for readiness. A Service that did so too would, when the run is cut off between
          // the two, wait for pods that nobody makes.
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
    this.url = pulumi.interpolate`http://${service.metadata.name}.${args.namespace.name}.svc:${RPC_PORT}`;
    this.registerOutputs({ url: this.url });
  }
}

function serviceHosts(service: string, namespace: string): string[] {
  return [
    service,
    `${service}.${namespace}`,
    `${service}.${namespace}.svc`,
    `${service}.${namespace}.svc.cluster.local`,
  ];
}
