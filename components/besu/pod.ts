import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster";
import { METRICS_PORT, P2P_PORT, RPC_PORT } from "../ports";
import { type BesuNamespace, SERVICE_ACCOUNT } from "./namespace";
import { type Role, roleLabels } from "./role";

/** What every Besu node of a site is made from, whatever its role. */
export interface SiteNodeArgs {
  readonly namespace: BesuNamespace;
  /** With its tag. */
  readonly image: string;
  /** Kubernetes quantities. */
  readonly cpu: string;
  readonly memory: string;
  readonly storage: string;
  /** @default the cluster's default class */
  readonly storageClassName?: pulumi.Input<string> | undefined;
  readonly zoneSpread: Cluster["zoneSpread"];
  /** How many peers it must be able to hold beside its static nodes: those that dial it. */
  readonly maxPeers: number;
  /** ConfigMaps with `genesis.json` and `static-nodes.json`. */
  readonly genesisConfigMap: pulumi.Input<string>;
  readonly staticNodesConfigMap: pulumi.Input<string>;
}

/** What tells one Besu node from another. */
export interface BesuPodArgs
  extends Pick<
    SiteNodeArgs,
    "image" | "cpu" | "memory" | "zoneSpread" | "maxPeers" | "genesisConfigMap" | "staticNodesConfigMap"
  > {
  readonly role: Role;
  /** Names that the RPC server answers to; the probes use `localhost`. */
  readonly rpcHosts: readonly string[];
  /** The address that peers reach it by. A node that only dials out has none. */
  readonly p2pHost?: pulumi.Input<string>;
  /** The Secret with the node's key, under `key`. A node that nobody needs to know makes its own. */
  readonly keySecret?: pulumi.Input<string>;
  /** The volume for /data; absent where a volume claim template of that name makes it. */
  readonly dataClaim?: pulumi.Input<string>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly types.input.core.v1.Toleration[];
}

/**
 * The pod of one Besu node, fit for the restricted Pod Security level.
 * Options: https://besu.hyperledger.org/public-networks/reference/cli/options.
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
    // Besu flushes its database when told to stop; cut short, it repairs at the next start.
    terminationGracePeriodSeconds: 120,
    nodeSelector: { ...args.nodeSelector },
    tolerations: [...args.tolerations],
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

/** The uid of the `besu` user in the official image. */
const BESU_USER = 1000;

function besuContainer(args: BesuPodArgs): types.input.core.v1.Container {
  const resources = { cpu: args.cpu, memory: args.memory };
  return {
    name: "besu",
    image: args.image,
    args: besuOptions(args),
    // The heap takes half of the memory limit; RocksDB and the JVM itself need the rest.
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
    // A chain that has not started yet is no reason to kill a node: quorum is an alert and a gate, not a probe.
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

/** The kubelet calls the pod's address, which no host list knows: it says it is `localhost`. */
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
