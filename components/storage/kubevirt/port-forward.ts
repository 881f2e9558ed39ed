import type { RequestOptions } from "node:https";
import type { Duplex } from "node:stream";
import { createWebSocketStream, WebSocket } from "ws";
import type { Cluster } from "./cluster";

/**
 * Opens a connection to a port of a machine through the Kubernetes API, as `virtctl port-forward` does. The machine needs no
 * address that this side can reach, and the API checks who connects.
 *
 * https://github.com/kubevirt/kubevirt (staging/src/kubevirt.io/client-go/kubecli/websocket.go, vmi.go)
 *
 * @throws Error if the API refuses, with its status.
 */
export async function portForward(
  { config }: Cluster,
  namespace: string,
  machine: string,
  port: number,
): Promise<Duplex> {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new Error("The kubeconfig's context names no cluster.");
  }
  const path = `/apis/subresources.kubevirt.io/v1/namespaces/${namespace}/virtualmachineinstances/${machine}/portforward/${port}/tcp`;
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  const socket = new WebSocket(`${server.replace(/^http/, "ws")}${path}`, ["plain.kubevirt.io"], {
    ...options,
    handshakeTimeout: HANDSHAKE_SECONDS * 1000,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return createWebSocketStream(socket);
}

const HANDSHAKE_SECONDS = 15;
