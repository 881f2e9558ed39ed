import { Agent } from "node:https";
import { KubeConfig, type RequestContext } from "@kubernetes/client-node";

/** How a region's Kubernetes cluster is reached. */
export interface ClusterAccess {
  /** The content of the kubeconfig, or the absolute path of the file that has it. */
  readonly kubeconfig: string;
  /** The kubeconfig's context to use. @default the current context */
  readonly context?: string | undefined;
}

/**
 * Reads a kubeconfig and signs in to its cluster. A credential plugin (kubelogin, `aws eks get-token`) runs once here, and
 * the client keeps its token: many requests to the cluster at the same time would otherwise start the plugin for each.
 *
 * @throws Error if the file cannot be read, or if the credential plugin fails.
 */
export async function openCluster({ kubeconfig, context }: ClusterAccess): Promise<KubeConfig> {
  const config = new LastingConnections();
  // A path begins with a slash. The content is JSON if this program wrote it, and YAML if a cloud did.
  if (kubeconfig.startsWith("/")) {
    config.loadFromFile(kubeconfig);
  } else {
    config.loadFromString(kubeconfig);
  }
  if (context !== undefined) {
    config.setCurrentContext(context);
  }
  await config.applyToHTTPSOptions({});
  return config;
}

/**
 * The client makes an agent for each request, which closes its connection afterwards. Signing in to a cluster far away takes
 * three round trips, and commands and gates ask again and again.
 */
class LastingConnections extends KubeConfig {
  #agent: Agent | undefined;

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    const single = context.getAgent();
    // A proxy's agent is of another class, and stays.
    if (single instanceof Agent && single.constructor === Agent) {
      this.#agent ??= new Agent({ ...single.options, keepAlive: true });
      context.setAgent(this.#agent);
    }
  }
}
