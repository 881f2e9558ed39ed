import { Agent } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";

/**
 * A kubeconfig whose requests share connections. The client makes an agent for each request, which closes its connection
 * afterwards, and connecting to a cluster far away takes three round trips. An unused connection keeps no process alive.
 *
 * This is no subclass, which would load the client with this file: 0.4 s in every run of the program, of which few need a client.
 */
export function lastingConnections(): KubeConfig {
  const config = new KubeConfig();
  const authenticate = config.applySecurityAuthentication.bind(config);
  let shared: Agent | undefined;
  config.applySecurityAuthentication = async (context) => {
    await authenticate(context);
    const single = context.getAgent();
    // A proxy's agent is of another class, and stays.
    if (single instanceof Agent && single.constructor === Agent) {
      shared ??= new Agent({ ...single.options, keepAlive: true });
      context.setAgent(shared);
    }
  };
  return config;
}
