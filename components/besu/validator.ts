import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Hex } from "viem";
import type { ValidatorNodes } from "../cluster";
import { splitOptions } from "../engine/component-options";
import { METRICS_PORT, P2P_PORT, RPC_PORT } from "../ports";
import type { P2pEndpoint } from "../region";
import type { NamespaceKeys } from "./keys/key-store";
import { type BesuNamespace, deletionTimeout } from "./namespace";
import { serviceHosts } from "./options/hosts";
import { besuPod, type SiteNodeArgs } from "./pod";
import type { Release } from "./release/release";
import { RELEASE_LABEL } from "./release/stateful-set";
import { roleLabels } from "./role";

/** The arguments of a validator. */
export interface ValidatorArgs extends SiteNodeArgs {
  /** Name of the validator's Kubernetes objects, unique in the namespace. @example "validator-0" */
  readonly objectName: string;
  /** The node's private key. Secret. */
  readonly privateKey: pulumi.Input<Hex>;
  /** Where the key is kept. */
  readonly keys: NamespaceKeys;
  readonly p2pService: P2pService;
  /** The Besu release in the image. */
  readonly release: Release;
  /** The Kubernetes nodes on which the validator may run. */
  readonly nodes: ValidatorNodes;
  /** The availability zone in which the validator must run. @default any zone of the cluster */
  readonly zone?: pulumi.Input<string> | undefined;
  /**
   * Whether the validator joins a living chain, of which it first imports all blocks. That may last longer than the 10 minutes for
   * which the Kubernetes plugin waits for a StatefulSet, so that the `ValidatorSet` waits alone: as long as blocks are imported.
   */
  readonly joinsLivingChain: boolean;
  /** Hooks that limit how many running validators are updated at once. */
  readonly updateHooks: pulumi.ResourceHookBinding;
  /** Hooks that let one volume after another grow. */
  readonly volumeHooks: pulumi.ResourceHookBinding;
}

/**
 * A validator.
 *
 * ```
 * key in its store ────┐
 * volume claim ────────┼── stateful set    headless service
 * P2P service (early) ─┘
 * ```
 *
 * The volume claim is a separate resource, so that replacing the StatefulSet keeps the data.
 */
export class Validator extends pulumi.ComponentResource {
  readonly statefulSet: kubernetes.apps.v1.StatefulSet;

  constructor(name: string, args: ValidatorArgs, opts: pulumi.ComponentResourceOptions) {
    const { component, contents: inCluster } = splitOptions(opts);
    super("chainfleet:besu:Validator", name, {}, component);
    const parent = { parent: this, ...inCluster };
    const contents = { ...parent, deletedWith: args.namespace.deletedWith };
    const labels = validatorLabels(args.objectName);
    const metadata = (suffix = "") => ({
      name: `${args.objectName}${suffix}`,
      namespace: args.namespace.name,
      labels,
    });

    const key = args.keys.store(
      { name, objectName: args.objectName, metadata: metadata(), privateKey: args.privateKey },
      contents,
    );
    const data = new kubernetes.core.v1.PersistentVolumeClaim(
      `${name}-data`,
      {
        metadata: {
          ...metadata("-data"),
          // The plugin waits until a claim of a class with WaitForFirstConsumer is Pending, after an update too, and a claim
          // that grows is Bound. The StatefulSet waits until its pod, and with it the claim, is ready. (await/awaiters.go in
          // https://github.com/pulumi/pulumi-kubernetes, untilCoreV1PersistentVolumeClaimReady)
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        spec: {
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: args.storage } },
          ...(args.storageClassName === undefined ? {} : { storageClassName: args.storageClassName }),
        },
      },
      { ...parent, hooks: args.volumeHooks },
    );
    new kubernetes.core.v1.Service(
      `${name}-headless`,
      {
        metadata: metadata(),
        spec: {
          clusterIP: "None",
          // Readiness requires a peer, so peers must find a node before it is ready.
          publishNotReadyAddresses: true,
          selector: labels,
          ports: [
            { name: "p2p", port: P2P_PORT },
            { name: "rpc", port: RPC_PORT },
            { name: "metrics", port: METRICS_PORT },
          ],
        },
      },
      contents,
    );
    this.statefulSet = new kubernetes.apps.v1.StatefulSet(
      name,
      {
        // The update hooks read the release, of which an image's tag need not tell.
        metadata: {
          ...metadata(),
          labels: { ...labels, [RELEASE_LABEL]: args.release },
          ...(args.joinsLivingChain ? { annotations: { "pulumi.com/skipAwait": "true" } } : {}),
        },
        spec: {
          replicas: 1,
          serviceName: args.objectName,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: args.namespace.name.apply((namespace) =>
              besuPod({
                ...args,
                role: "validator",
                hosts: serviceHosts(args.objectName, namespace),
                p2pHost: args.p2pService.address,
                keyVolume: key.volume,
                serviceAccountName: args.keys.serviceAccountName,
                dataClaim: data.metadata.name,
                nodeSelector: args.nodes.nodeSelector,
                tolerations: args.nodes.tolerations,
              }),
            ),
          },
        },
      },
      {
        ...parent,
        dependsOn: [...args.namespace.guards, ...args.nodes.dependsOn, args.p2pService, ...key.dependsOn],
        hooks: args.updateHooks,
        // `chainfleet services` stops a validator by scaling it to 0. It stays so until it is started again, whatever
        // else changes: the plugin leaves out an ignored field that another field manager has set (handleSSAIgnoreFields).
        ignoreChanges: ["spec.replicas"],
      },
    );
    this.registerOutputs();
  }
}

/** The labels of a validator's Kubernetes objects. */
function validatorLabels(objectName: string): Record<string, string> {
  return { ...roleLabels("validator"), "app.kubernetes.io/instance": objectName };
}

/** The arguments of a P2P Service. */
export interface P2pServiceArgs {
  /** Name of the validator's Kubernetes objects, unique in the namespace. @example "validator-0" */
  readonly objectName: string;
  readonly namespace: BesuNamespace;
  readonly endpoint: P2pEndpoint;
  /** Number of load balancers in the cluster: they are deleted one after another. */
  readonly loadBalancers: number;
}

/**
 * The Service with the fixed P2P address of a validator. It is separate from the validator, because every other
 * validator needs the address, and the address is available before the validator's pod runs.
 */
export class P2pService extends pulumi.ComponentResource {
  /** An IPv4 address. */
  readonly address: pulumi.Output<string>;

  constructor(name: string, args: P2pServiceArgs, opts: pulumi.ComponentResourceOptions) {
    const { component, contents: inCluster } = splitOptions(opts);
    super("chainfleet:besu:P2pService", `${name}-p2p`, {}, component);
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
            // The Service's pod needs this address to start, so waiting for the pod here would never end. The
            // StatefulSet waits until the pod is ready.
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
                // With the default policy, pods see the address of a Kubernetes node instead of the peer's address.
                externalTrafficPolicy: "Local",
              }),
        },
      },
      {
        parent: this,
        ...inCluster,
        deletedWith: args.namespace.deletedWith,
        customTimeouts: deletionTimeout(args.loadBalancers),
      },
    );
    this.address = address ?? service.spec.clusterIP;
    this.registerOutputs({ address: this.address });
  }
}
