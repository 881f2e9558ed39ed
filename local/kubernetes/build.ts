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
 * Builds etcd, the Kubernetes control plane and kwok (which plays the nodes) from their Go modules, unless the
 * cache has them. The first time takes some ten minutes on two cores.
 *
 * @param report takes one line of progress at a time; silent when nothing has to be built
 * @throws when Go is missing, or a download or a build fails
 */
export async function ensureControlPlane(report: (line: string) => void): Promise<Binaries> {
  const [kubernetes, [etcd, kwok]] = await Promise.all([
    goBuild(KUBERNETES, report),
    // The two small programs one after the other, beside the large one: three builds at once need too much memory.
    goBuild(ETCD, report).then(async (built) => [built, await goBuild(KWOK, report)] as const),
  ]);
  return {
    etcd: join(etcd.folder, "etcd"),
    kubeApiserver: join(kubernetes.folder, "kube-apiserver"),
    kubeControllerManager: join(kubernetes.folder, "kube-controller-manager"),
    kubeScheduler: join(kubernetes.folder, "kube-scheduler"),
    kwok: join(kwok.folder, "kwok"),
  };
}

/** The release that `build/kubernetes/go.mod` names. */
const KUBERNETES_VERSION = "1.36.3";

/** `git describe`'s answer is linked in by Kubernetes' own build; without it /version answers v0.0.0. */
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

const ETCD: GoBuild = {
  name: "etcd-3.6.5",
  module: join(__dirname, "build", "etcd"),
  programs: [{ name: "etcd", package: "go.etcd.io/etcd/server/v3" }],
};

const KWOK: GoBuild = {
  name: "kwok-0.8.0",
  module: join(__dirname, "build", "kwok"),
  programs: [{ name: "kwok", package: "sigs.k8s.io/kwok/cmd/kwok" }],
};

const KUBERNETES: GoBuild = {
  name: `kubernetes-${KUBERNETES_VERSION}`,
  module: join(__dirname, "build", "kubernetes"),
  programs: ["kube-apiserver", "kube-controller-manager", "kube-scheduler"].map((name) => ({
    name,
    package: `k8s.io/kubernetes/cmd/${name}`,
    ldflags: VERSION_FLAGS,
  })),
};
