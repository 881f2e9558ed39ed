import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Hex } from "viem";
import type { ValidatorNodes } from "../cluster";
import { P2P_PORT, RPC_PORT } from "../ports";
import type { P2pEndpoint } from "../region";
import type { BesuNamespace } from "./namespace";
import { besuPod, type SiteNodeArgs } from "./pod";
import { roleLabels } from "./role";

/** What one validator is made from. */
export interface ValidatorArgs extends SiteNodeArgs {
  /** Name of its Kubernetes objects, unique in the namespace. @example "validator-0" */
  readonly objectName: string;
  /** Its node key. Secret. */
  readonly privateKey: pulumi.Input<Hex>;
  readonly p2pService: P2pService;
  readonly nodes: ValidatorNodes;
  /** What holds updates of running validators in line. */
  readonly updateHooks: pulumi.ResourceHookBinding;
}

/**
 * One validator.
 *
 * ```
 * key secret ──────────┐
 * volume claim ────────┼── stateful set    headless service
 * P2P service (early) ─┘
 * ```
 *
 * The volume claim is a resource of its own: replacing the StatefulSet leaves the data where it is.
 */
export class Validator extends pulumi.ComponentResource {
  readonly statefulSet: kubernetes.apps.v1.StatefulSet;

  constructor(name: string, args: ValidatorArgs, opts: pulumi.ComponentResourceOptions) {
    super("chainfleet:besu:Validator", name, {}, opts);
    const parent = { parent: this };
    const contents = { ...parent, deletedWith: args.namespace.deletedWith };
    const labels = validatorLabels(args.objectName);
    const metadata = (suffix = "") => ({
      name: `${args.objectName}${suffix}`,
      namespace: args.namespace.name,
      labels,
    });

    const keySecret = new kubernetes.core.v1.Secret(
      `${name}-key`,
      { metadata: metadata("-key"), stringData: { key: args.privateKey }, immutable: true },
      contents,
    );
    const data = new kubernetes.core.v1.PersistentVolumeClaim(
      `${name}-data`,
      {
        metadata: metadata("-data"),
        spec: {
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: args.storage } },
          ...(args.storageClassName === undefined ? {} : { storageClassName: args.storageClassName }),
        },
      },
      parent,
    );
    new kubernetes.core.v1.Service(
      `${name}-headless`,
      {
        metadata: metadata(),
        spec: {
          clusterIP: "None",
          // Peers find each other before anyone is ready; readiness waits for peers.
          publishNotReadyAddresses: true,
          selector: labels,
          ports: [
            { name: "p2p", port: P2P_PORT },
            { name: "rpc", port: RPC_PORT },
          ],
        },
      },
      contents,
    );
    this.statefulSet = new kubernetes.apps.v1.StatefulSet(
      name,
      {
        metadata: metadata(),
        spec: {
          replicas: 1,
          serviceName: args.objectName,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: besuPod({
              ...args,
              role: "validator",
              rpcHosts: [],
              p2pHost: args.p2pService.address,
              keySecret: keySecret.metadata.name,
              dataClaim: data.metadata.name,
              nodeSelector: args.nodes.nodeSelector,
              tolerations: args.nodes.tolerations,
            }),
          },
        },
      },
      {
        ...parent,
        dependsOn: [...args.namespace.guards, ...args.nodes.dependsOn, args.p2pService],
        hooks: args.updateHooks,
      },
    );
    this.registerOutputs();
  }
}

/** The labels of one validator's objects. */
function validatorLabels(objectName: string): Record<string, string> {
  return { ...roleLabels("validator"), "app.kubernetes.io/instance": objectName };
}

/** What a P2P Service is made from. */
export interface P2pServiceArgs {
  readonly objectName: string;
  readonly namespace: BesuNamespace;
  readonly endpoint: P2pEndpoint;
}

/**
 * The fixed address of one validator, apart from the validator itself: every other one needs the address, and
 * may have it before this one's pod runs.
 */
export class P2pService extends pulumi.ComponentResource {
  /** IPv4. */
  readonly address: pulumi.Output<string>;

  constructor(name: string, args: P2pServiceArgs, opts: pulumi.ComponentResourceOptions) {
    super("chainfleet:besu:P2pService", `${name}-p2p`, {}, opts);
    const { address, annotations, loadBalancerIP } = args.endpoint;
    const labels = validatorLabels(args.objectName);
    const service = new kubernetes.core.v1.Service(
      `${name}-p2p`,
      {
        metadata: {
          name: `${args.objectName}-p2p`,
          namespace: args.namespace.name,
          labels,
          annotations: {
            ...annotations,
            // Its endpoint is a pod that waits for this address; the StatefulSet waits for readiness instead.
            "pulumi.com/skipAwait": "true",
          },
        },
        spec: {
          selector: labels,
          publishNotReadyAddresses: true,
          ports: [{ name: "p2p", port: P2P_PORT, targetPort: "p2p" }],
          ...(address === undefined
            ? { type: "ClusterIP" }
            : {
                type: "LoadBalancer",
                ...(loadBalancerIP === undefined ? {} : { loadBalancerIP }),
                // Without it the node's own address hides the peer's.
                externalTrafficPolicy: "Local",
              }),
        },
      },
      { parent: this, deletedWith: args.namespace.deletedWith },
    );
    this.address = address ?? service.spec.clusterIP;
    this.registerOutputs({ address: this.address });
  }
}
