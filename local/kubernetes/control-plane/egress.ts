import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";

/** File of the API server's egress configuration, in the state folder. */
export const EGRESS_CONFIGURATION = "egress.yaml";

/** Socket of the proxy through which the API server reaches pods and kubelets, in the state folder. */
const SOCKET = "egress.sock";

/**
 * Starts the way from the API server to what is in the cluster's network. The addresses of pods and nodes exist only in the
 * service of the Besu nodes, which may start later: it is asked about them. Everything else, such as an aggregated API on this
 * machine, is connected to directly.
 *
 * https://github.com/kubernetes/enhancements/blob/master/keps/sig-api-machinery/1281-network-proxy/README.md
 *
 * @param nodesState the state folder of the Besu nodes' service. Undefined: no address of a pod or node answers.
 */
export async function serveEgress(state: string, nodesState: string | undefined): Promise<Server> {
  writeFileSync(
    join(state, EGRESS_CONFIGURATION),
    JSON.stringify({
      apiVersion: "apiserver.k8s.io/v1beta1",
      kind: "EgressSelectorConfiguration",
      egressSelections: [
        {
          name: "cluster",
          connection: { proxyProtocol: "HTTPConnect", transport: { uds: { udsName: SOCKET } } },
        },
      ],
    }),
    { mode: 0o600 },
  );
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on("connect", (request: IncomingMessage, near: Duplex, head: Buffer) => {
    const target = request.url ?? "";
    const [, host = "", port = ""] = /^\[?([^\]]*)\]?:(\d+)$/.exec(target) ?? [];
    const isInCluster = POD_OR_NODE.test(host) || Number(port) === KUBELET_PORT;
    const nodesPort = isInCluster ? portOf(nodesState) : undefined;
    if (isInCluster && nodesPort === undefined) {
      near.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      return;
    }
    const far = connect(
      nodesPort === undefined ? { host, port: Number(port) } : { host: "127.0.0.1", port: nodesPort },
      () => {
        if (nodesPort === undefined) {
          near.write("HTTP/1.1 200 Connection established\r\n\r\n");
        } else {
          far.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
        }
        far.write(head);
        near.pipe(far);
        far.pipe(near);
      },
    );
    let isConnected = false;
    far.once("connect", () => {
      isConnected = true;
    });
    far.on("error", () => (isConnected ? near.destroy() : near.end("HTTP/1.1 502 Bad Gateway\r\n\r\n")));
    near.on("error", () => far.destroy());
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  rmSync(join(state, SOCKET), { force: true });
  await listenIn(state, server);
  return server;
}

/** The networks of kwok's pods and of the simulated Kubernetes nodes. */
const POD_OR_NODE = /^10\.\d+\.\d+\.\d+$/;
const KUBELET_PORT = 10_250;

/** The path of a socket has at most 107 bytes, so it begins at an open folder in place of the root. */
function listenIn(folder: string, server: Server): Promise<void> {
  const descriptor = openSync(folder, "r");
  return new Promise((done, reject) => {
    server.once("error", reject);
    server.listen(`/proc/self/fd/${descriptor}/${SOCKET}`, () => {
      closeSync(descriptor);
      done();
    });
  });
}

function portOf(nodesState: string | undefined): number | undefined {
  if (nodesState === undefined) {
    return undefined;
  }
  try {
    return Number(readFileSync(join(nodesState, "network-port"), "utf8"));
  } catch {
    return undefined;
  }
}
