import { KubeConfig } from "@kubernetes/client-node";
import { filePath } from "../file-path";

/** How a provider of this program reaches a cluster. */
export interface ClusterAccess {
  /** The content of the kubeconfig, JSON, or the path of the file that has it as the config has it. */
  readonly kubeconfig: string;
  /** The kubeconfig's context to use. @default the current context */
  readonly context?: string | undefined;
}

/** The configuration of the Kubernetes client for a cluster. */
export function clientConfig({ kubeconfig, context }: ClusterAccess): KubeConfig {
  const config = new KubeConfig();
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
