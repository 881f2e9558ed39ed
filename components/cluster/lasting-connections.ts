import { Agent } from "node:https";
import { KubeConfig, type RequestContext } from "@kubernetes/client-node";

/**
 * A kubeconfig whose requests share connections. The client makes an agent for each request, which closes its connection
 * afterwards, and connecting to a cluster far away takes three round trips. An unused connection keeps no process alive.
 */
export class LastingConnections extends KubeConfig {
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
