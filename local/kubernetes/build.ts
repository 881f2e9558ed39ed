import { join } from "node:path";
import { type GoBuild, goBuild } from "../toolchain/go-build";

/** Paths of the control plane's programs. */
export interface Binaries {
  readonly etcd: string;
  readonly kubeApiserver: string;
  readonly kubeControllerManager: string;
  readonly kubeScheduler: string;
  readonly kwok: string;
}

/**
 * Builds etcd, the Kubernetes control plane and kwok (which plays the nodes) from one Go module, unless the cache holds
 * the programs. The first build takes minutes.
 *
 * @param report receives progress lines; receives none if the cache holds the programs.
 * @throws if Go is missing, or if a download or the build fails.
 */
export async function ensureControlPlane(report: (line: string) => void): Promise<Binaries> {
  const { folder } = await goBuild(CONTROL_PLANE, report);
  return {
    etcd: join(folder, "etcd"),
    kubeApiserver: join(folder, "kube-apiserver"),
    kubeControllerManager: join(folder, "kube-controller-manager"),
    kubeScheduler: join(folder, "kube-scheduler"),
    kwok: join(folder, "kwok"),
  };
}

/** The release that `build/control-plane/go.mod` requires. */
const KUBERNETES_VERSION = "1.36.3";

/** Kubernetes' own build links in the answer of `git describe`; without these flags, /version answers v0.0.0. */
const VERSION_FLAGS = [
  ["gitVersion", `v${KUBERNETES_VERSION}`],
  ["gitMajor", "1"],
  ["gitMinor", "36"],
]
  .flatMap(([name, value]) =>
    ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].map(
      (into) => `-X ${into}.${name}=${value}`,
    ),
  )
  .join(" ");

const CONTROL_PLANE: GoBuild = {
  name: `control-plane-${KUBERNETES_VERSION}`,
  module: join(__dirname, "build", "control-plane"),
  programs: [
    { name: "etcd", package: "go.etcd.io/etcd/server/v3" },
    { name: "kube-apiserver", package: "k8s.io/kubernetes/cmd/kube-apiserver" },
    { name: "kube-controller-manager", package: "k8s.io/kubernetes/cmd/kube-controller-manager" },
    { name: "kube-scheduler", package: "k8s.io/kubernetes/cmd/kube-scheduler" },
    { name: "kwok", package: "sigs.k8s.io/kwok/cmd/kwok" },
  ],
  ldflags: VERSION_FLAGS,
};
