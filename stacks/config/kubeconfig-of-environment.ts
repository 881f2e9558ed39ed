import type { ExistingClusterArgs } from "../../components/cluster/existing";

/**
 * The kubeconfig that replaces those of all regions on existing clusters, with its current context: `CHAINFLEET_KUBECONFIG`. With
 * it a stack is tried on one cluster; the local target sets it to its own.
 */
export function kubeconfigOfEnvironment(): Pick<ExistingClusterArgs, "kubeconfig" | "context"> | undefined {
  const kubeconfig = process.env.CHAINFLEET_KUBECONFIG;
  return kubeconfig === undefined || kubeconfig === "" ? undefined : { kubeconfig, context: undefined };
}
