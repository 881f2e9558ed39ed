import type { KubeConfig } from "@kubernetes/client-node";
import { filePath } from "../file-path";
import { lastingConnections } from "./lasting-connections";

/** How a region's Kubernetes cluster is reached. */
export interface ClusterAccess {
  /** The content of the kubeconfig, JSON, or the path of the file that has it as the config has it. */
  readonly kubeconfig: string;
  /** The kubeconfig's context to use. @default the current context */
  readonly context?: string | undefined;
}

/** The configuration of the Kubernetes client for a cluster. */
export function clientConfig({ kubeconfig, context }: ClusterAccess): KubeConfig {
  const config = lastingConnections();
  if (kubeconfig.trimStart().startsWith("{")) {
    config.loadFromString(kubeconfig);
  } else {
    config.loadFromFile(filePath(kubeconfig));
  }
  if (context !== undefined) {
    config.setCurrentContext(context);
  }
  return config;
}

/**
 * Signs in to a cluster. A credential plugin (kubelogin, `aws eks get-token`) runs once here, and the client keeps its
 * token: many requests to the cluster at the same time would otherwise start the plugin for each.
 *
 * @throws Error if the kubeconfig cannot be read, or if the credential plugin fails.
 */
export async function openCluster(access: ClusterAccess): Promise<KubeConfig> {
  const config = clientConfig(access);
  await config.applyToHTTPSOptions({});
  return config;
}
