import type { Binaries } from "../build";
import type { Child } from "./children";
import { type Credentials, FRONT_PROXY_CLIENT } from "./credentials";
import { EGRESS_CONFIGURATION } from "./egress";

/**
 * The programs' command lines. Every program runs in the state folder. Etcd listens on a Unix socket there, because
 * the socket takes no port and the folder's mode keeps other users of the machine from reading Secrets.
 */
export function etcd(binaries: Binaries): Child {
  return {
    name: "etcd",
    command: binaries.etcd,
    args: [
      "--data-dir=etcd",
      `--listen-client-urls=${ETCD}`,
      `--advertise-client-urls=${ETCD}`,
      `--listen-peer-urls=${ETCD_PEER}`,
      `--initial-advertise-peer-urls=${ETCD_PEER}`,
      `--initial-cluster=default=${ETCD_PEER}`,
      // Without fsync a kill -9 loses no data, but a power failure of the machine may lose a dev network.
      "--unsafe-no-fsync",
      "--auto-compaction-mode=revision",
      "--auto-compaction-retention=5000",
      "--log-level=warn",
    ],
  };
}

export function kubeApiserver(
  binaries: Binaries,
  port: number,
  { tokenFile, serviceAccountKeyFile, certificateFolder, frontProxy }: Credentials,
): Child {
  return {
    name: "kube-apiserver",
    command: binaries.kubeApiserver,
    args: [
      `--etcd-servers=${ETCD}`,
      "--bind-address=127.0.0.1",
      `--secure-port=${port}`,
      `--cert-dir=${certificateFolder}`,
      "--authorization-mode=Node,RBAC",
      "--anonymous-auth=false",
      `--token-auth-file=${tokenFile}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-signing-key-file=${serviceAccountKeyFile}`,
      `--service-account-key-file=${serviceAccountKeyFile}`,
      // The aggregation layer: an aggregated API server believes the user in a request's headers if the request comes
      // with this certificate. https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/
      `--proxy-client-cert-file=${frontProxy.certificate}`,
      `--proxy-client-key-file=${frontProxy.key}`,
      `--requestheader-client-ca-file=${frontProxy.authority}`,
      `--requestheader-allowed-names=${FRONT_PROXY_CLIENT}`,
      "--requestheader-username-headers=X-Remote-User",
      "--requestheader-group-headers=X-Remote-Group",
      "--requestheader-extra-headers-prefix=X-Remote-Extra-",
      "--service-cluster-ip-range=10.96.0.0/16",
      // The API server refuses to publish its loopback address as the `kubernetes` Service's endpoint; no pod needs it.
      "--endpoint-reconciler-type=none",
      // Pods and kubelets are reached through a proxy, as in AKS: their addresses exist only in the Besu nodes' service.
      `--egress-selector-config-file=${EGRESS_CONFIGURATION}`,
      "--profiling=false",
      "--event-ttl=10m",
    ],
  };
}

export function kubeControllerManager(binaries: Binaries, { serviceAccountKeyFile }: Credentials): Child {
  return {
    name: "kube-controller-manager",
    command: binaries.kubeControllerManager,
    args: [
      "--kubeconfig=kubeconfig",
      "--leader-elect=false",
      "--secure-port=0",
      "--profiling=false",
      `--controllers=*,${UNNEEDED_CONTROLLERS.map((name) => `-${name}`).join(",")}`,
      `--service-account-private-key-file=${serviceAccountKeyFile}`,
      "--root-ca-file=ca.crt",
      "--kube-api-qps=200",
      "--kube-api-burst=400",
    ],
  };
}

export function kubeScheduler(binaries: Binaries): Child {
  return {
    name: "kube-scheduler",
    command: binaries.kubeScheduler,
    args: [
      "--kubeconfig=kubeconfig",
      "--leader-elect=false",
      "--secure-port=0",
      "--profiling=false",
      "--kube-api-qps=200",
      "--kube-api-burst=400",
    ],
  };
}

export function kwok(binaries: Binaries, stages: string): Child {
  return {
    name: "kwok",
    command: binaries.kwok,
    args: [
      "--kubeconfig=kubeconfig",
      `--config=${stages}`,
      "--manage-all-nodes=true",
      "--node-lease-duration-seconds=0",
      // IPv4 only: with kwok's default a pod may get two addresses that fail the dual-stack check.
      "--cidr=10.244.0.0/16",
    ],
  };
}

const ETCD = "unix://etcd-client.sock:0";
const ETCD_PEER = "unix://etcd-peer.sock:0";

/**
 * Controllers that have nothing to do: the nodes have no kubelet and no machine that could fail or attach disks, and
 * no program requests certificates, metrics or bootstrap tokens.
 */
const UNNEEDED_CONTROLLERS = [
  "node-lifecycle-controller",
  "node-ipam-controller",
  "persistentvolume-attach-detach-controller",
  "persistentvolume-expander-controller",
  "horizontal-pod-autoscaler-controller",
  "certificatesigningrequest-signing-controller",
  "certificatesigningrequest-approving-controller",
  "certificatesigningrequest-cleaner-controller",
  "podcertificaterequest-cleaner-controller",
  "bootstrap-signer-controller",
  "token-cleaner-controller",
  "ttl-controller",
];
