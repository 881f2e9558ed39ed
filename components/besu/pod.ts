import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster";
import { METRICS_PORT, P2P_PORT, RPC_PORT } from "../ports";
import { type BesuNamespace, SERVICE_ACCOUNT } from "./namespace";
import { type Role, roleLabels } from "./role";

/** The arguments that validators and RPC nodes of a site have in common. */
export interface SiteNodeArgs {
  readonly namespace: BesuNamespace;
  /** The Besu image with its tag. */
  readonly image: string;
  /** Request and limit, as a Kubernetes quantity. */
  readonly cpu: string;
  /** Request and limit, as a Kubernetes quantity. */
  readonly memory: string;
  /** Size of the data volume, as a Kubernetes quantity. */
  readonly storage: string;
  /** Storage class of the data volume. @default the cluster's default class */
  readonly storageClassName?: pulumi.Input<string> | undefined;
  readonly zoneSpread: Cluster["zoneSpread"];
  /** Maximum number of peers. Besu does not count static nodes. */
  readonly maxPeers: number;
  /** Name of the ConfigMap with `genesis.json`. */
  readonly genesisConfigMap: pulumi.Input<string>;
  /** Name of the ConfigMap with `static-nodes.json`. */
  readonly staticNodesConfigMap: pulumi.Input<string>;
}

/** The arguments of a Besu pod. */
export interface BesuPodArgs
  extends Pick<
    SiteNodeArgs,
    "image" | "cpu" | "memory" | "zoneSpread" | "maxPeers" | "genesisConfigMap" | "staticNodesConfigMap"
  > {
  readonly role: Role;
  /** Host names that the RPC server accepts in addition to `localhost`, which the probes use. */
  readonly rpcHosts: readonly string[];
  /** The address at which peers reach the node. @default the node only dials its peers */
  readonly p2pHost?: pulumi.Input<string>;
  /** Name of the Secret that contains the node's private key as `key`. @default Besu generates a key */
  readonly keySecret?: pulumi.Input<string>;
  /** Name of the volume claim for /data. @default the StatefulSet's volume claim template named `data` */
  readonly dataClaim?: pulumi.Input<string>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly types.input.core.v1.Toleration[];
  /** The availability zone in which the pod must run. @default any zone of the cluster */
  readonly zone?: pulumi.Input<string> | undefined;
}

/**
 * The pod of one Besu node. It satisfies the restricted Pod Security level.
 * Besu's options: https://besu.hyperledger.org/public-networks/reference/cli/options.
 */
export function besuPod(args: BesuPodArgs): types.input.core.v1.PodSpec {
  return {
    serviceAccountName: SERVICE_ACCOUNT,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: BESU_USER,
      runAsGroup: BESU_USER,
      fsGroup: BESU_USER,
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    // Besu flushes its database when it stops. If Besu is killed, it repairs the database at the next start.
    terminationGracePeriodSeconds: 120,
    nodeSelector: { ...args.nodeSelector },
    tolerations: [...args.tolerations],
    ...(args.zone === undefined ? {} : { affinity: { nodeAffinity: inZone(args.zone) } }),
    topologySpreadConstraints: [
      spread("topology.kubernetes.io/zone", args.zoneSpread),
      spread("kubernetes.io/hostname", "ScheduleAnyway"),
    ],
    containers: [besuContainer(args)],
    volumes: volumes(args),
  };

  function spread(topologyKey: string, whenUnsatisfiable: string) {
    const labelSelector = { matchLabels: roleLabels(args.role) };
    return { topologyKey, maxSkew: 1, whenUnsatisfiable, labelSelector };
  }
}

function inZone(zone: pulumi.Input<string>): types.input.core.v1.NodeAffinity {
  return {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: "topology.kubernetes.io/zone", operator: "In", values: [zone] }] },
      ],
    },
  };
}

/** The uid of the `besu` user in the official image. */
const BESU_USER = 1000;

function besuContainer(args: BesuPodArgs): types.input.core.v1.Container {
  const resources = { cpu: args.cpu, memory: args.memory };
  return {
    name: "besu",
    image: args.image,
    args: besuOptions(args),
    // The heap gets half of the memory limit, because RocksDB and the JVM need the other half.
    env: [{ name: "JAVA_OPTS", value: "-XX:MaxRAMPercentage=50 -Djava.io.tmpdir=/tmp" }],
    ports: [
      { name: "rpc", containerPort: RPC_PORT },
      { name: "metrics", containerPort: METRICS_PORT },
      { name: "p2p", containerPort: P2P_PORT },
    ],
    resources: { requests: resources, limits: resources },
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    // The liveness probes do not ask whether blocks are made: restarting a node does not help a chain without quorum.
    startupProbe: { ...probe("/liveness"), periodSeconds: 5, failureThreshold: 60 },
    livenessProbe: { ...probe("/liveness"), periodSeconds: 15, timeoutSeconds: 5, failureThreshold: 6 },
    readinessProbe: {
      ...probe("/readiness?minPeers=1&maxBlocksBehind=2"),
      periodSeconds: 5,
      timeoutSeconds: 5,
    },
    volumeMounts: [
      { name: "data", mountPath: "/data" },
      { name: "genesis", mountPath: "/config/genesis", readOnly: true },
      { name: "static-nodes", mountPath: "/config/static-nodes", readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...(args.keySecret === undefined ? [] : [{ name: "key", mountPath: "/key", readOnly: true }]),
    ],
  };
}

/** The kubelet requests the pod's IP address, which is not in Besu's host allowlist, so the Host header is set. */
function probe(path: string): types.input.core.v1.Probe {
  return { httpGet: { path, port: "rpc", httpHeaders: [{ name: "Host", value: "localhost" }] } };
}

function besuOptions(args: BesuPodArgs): pulumi.Input<string>[] {
  return [
    "--data-path=/data",
    "--genesis-file=/config/genesis/genesis.json",
    "--static-nodes-file=/config/static-nodes/static-nodes.json",
    ...(args.keySecret === undefined ? [] : ["--node-private-key-file=/key/key"]),
    "--sync-mode=FULL",
    "--min-gas-price=0",
    "--discovery-enabled=false",
    "--nat-method=NONE",
    `--p2p-port=${P2P_PORT}`,
    ...(args.p2pHost === undefined ? [] : [pulumi.interpolate`--p2p-host=${args.p2pHost}`]),
    `--max-peers=${args.maxPeers}`,
    "--rpc-http-enabled=true",
    "--rpc-http-host=0.0.0.0",
    `--rpc-http-port=${RPC_PORT}`,
    "--rpc-http-api=ETH,NET,WEB3,QBFT",
    `--host-allowlist=${["localhost", "127.0.0.1", ...args.rpcHosts].join(",")}`,
    "--metrics-enabled=true",
    "--metrics-host=0.0.0.0",
    `--metrics-port=${METRICS_PORT}`,
  ];
}

function volumes(args: BesuPodArgs): types.input.core.v1.Volume[] {
  return [
    { name: "genesis", configMap: { name: args.genesisConfigMap } },
    { name: "static-nodes", configMap: { name: args.staticNodesConfigMap } },
    { name: "tmp", emptyDir: { sizeLimit: "1Gi" } },
    ...(args.keySecret === undefined
      ? []
      : [{ name: "key", secret: { secretName: args.keySecret, defaultMode: 0o440 } }]),
    ...(args.dataClaim === undefined
      ? []
      : [{ name: "data", persistentVolumeClaim: { claimName: args.dataClaim } }]),
  ];
}
