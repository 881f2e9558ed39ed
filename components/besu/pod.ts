import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster";
import { METRICS_PORT, P2P_PORT, RPC_PORT } from "../ports";
import type { KeyVolume } from "./keys/key-store";
import { type BesuNamespace, SERVICE_ACCOUNT } from "./namespace";
import { type BesuOptions, commandLine, POD_ADDRESS_VARIABLE } from "./options/program-options";
import { type Role, roleLabels } from "./role";

/** The arguments that validators and RPC nodes of a site have in common. */
export interface SiteNodeArgs {
  readonly namespace: BesuNamespace;
  /** The Besu image with its tag or digest. */
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
  /** Maximum number of peers, static nodes included. */
  readonly maxPeers: number;
  /** Further options of Besu by name, without the leading dashes. */
  readonly options: BesuOptions;
  /** Name of the ConfigMap with `genesis.json`. */
  readonly genesisConfigMap: pulumi.Input<string>;
  /** Name of the ConfigMap with `static-nodes.json`. */
  readonly staticNodesConfigMap: pulumi.Input<string>;
}

/** The arguments of a Besu pod. */
export interface BesuPodArgs
  extends Pick<
    SiteNodeArgs,
    | "image"
    | "cpu"
    | "memory"
    | "zoneSpread"
    | "maxPeers"
    | "options"
    | "genesisConfigMap"
    | "staticNodesConfigMap"
  > {
  readonly role: Role;
  /**
   * Host names that the RPC and metrics servers accept in addition to `localhost`, which the probes use, and the pod's
   * address.
   */
  readonly hosts: readonly string[];
  /** The address at which peers reach the node. @default the node only dials its peers */
  readonly p2pHost?: pulumi.Input<string>;
  /** The volume with the node's private key in the file `key`. @default Besu generates a key */
  readonly keyVolume?: KeyVolume;
  /** The ServiceAccount of the pod. @default one without rights anywhere */
  readonly serviceAccountName?: pulumi.Input<string>;
  /** Name of the volume claim for /data. @default the StatefulSet's volume claim template named `data` */
  readonly dataClaim?: pulumi.Input<string>;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly types.input.core.v1.Toleration[];
  /** The availability zone in which the pod must run. @default any zone of the cluster */
  readonly zone?: pulumi.Input<string> | undefined;
}

/** The pod of one Besu node. It satisfies the restricted Pod Security level. */
export function besuPod(args: BesuPodArgs): types.input.core.v1.PodSpec {
  return {
    serviceAccountName: args.serviceAccountName ?? SERVICE_ACCOUNT,
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
    // By default the scheduler counts the zones of all nodes, also of tainted ones where this pod cannot run. A pool of
    // validators in a zone without other nodes would then keep RPC nodes from being scheduled anywhere.
    // https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#spread-constraint-definition
    return { topologyKey, maxSkew: 1, whenUnsatisfiable, nodeTaintsPolicy: "Honor", labelSelector };
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
    args: commandLine({ ...args, keyFile: args.keyVolume === undefined ? undefined : "/key/key" }),
    env: [
      // The heap gets half of the memory limit, because RocksDB and the JVM need the other half.
      { name: "JAVA_OPTS", value: "-XX:MaxRAMPercentage=50 -Djava.io.tmpdir=/tmp" },
      // The server fills in a missing apiVersion, and a killed run's second creation would then conflict with the first.
      {
        name: POD_ADDRESS_VARIABLE,
        valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "status.podIP" } },
      },
    ],
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
      ...READINESS_TIMES,
      timeoutSeconds: 5,
    },
    volumeMounts: [
      { name: "data", mountPath: "/data" },
      { name: "genesis", mountPath: "/config/genesis", readOnly: true },
      { name: "static-nodes", mountPath: "/config/static-nodes", readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...(args.keyVolume === undefined ? [] : [{ name: "key", mountPath: "/key", readOnly: true }]),
    ],
  };
}

/**
 * Until a node that starts has heard of its peers' blocks, Besu knows no distance to them, and then answers that it is
 * ready (org.hyperledger.besu.ethereum.api.jsonrpc.health.ReadinessCheck): for about five seconds after a start of Besu
 * 25.10.0. Three answers in a row span twice that time.
 */
const READINESS_TIMES = { periodSeconds: 5, successThreshold: 3 };

/** The kubelet requests the pod's IP address, which is not in Besu's host allowlist, so the Host header is set. */
function probe(path: string): types.input.core.v1.Probe {
  return { httpGet: { path, port: "rpc", httpHeaders: [{ name: "Host", value: "localhost" }] } };
}

function volumes(args: BesuPodArgs): types.input.core.v1.Volume[] {
  return [
    { name: "genesis", configMap: { name: args.genesisConfigMap } },
    { name: "static-nodes", configMap: { name: args.staticNodesConfigMap } },
    { name: "tmp", emptyDir: { sizeLimit: "1Gi" } },
    ...(args.keyVolume === undefined ? [] : [{ name: "key", ...args.keyVolume }]),
    ...(args.dataClaim === undefined
      ? []
      : [{ name: "data", persistentVolumeClaim: { claimName: args.dataClaim } }]),
  ];
}
