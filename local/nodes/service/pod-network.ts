import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type Duplex, duplexPair } from "node:stream";

/** Takes connections at an address. */
export type Listener = (connection: Duplex) => void;

/** Who listens at an address of the pods' network; undefined if nobody does. */
export type PodNetwork = (host: string, port: number) => Listener | undefined;

/**
 * The way into the network of pods and Kubernetes nodes, whose addresses exist only here: an HTTP proxy that takes CONNECT, as
 * the API servers of AKS and others use for everything in the cluster's network
 * (https://github.com/kubernetes/enhancements/blob/master/keps/sig-api-machinery/1281-network-proxy/README.md), and requests with
 * an absolute URL, as Prometheus sends them to its `proxy_url`.
 */
export function podNetworkServer(network: PodNetwork): Server {
  const server = createServer((incoming, response) => forward(network, incoming, response));
  server.on("connect", (incoming: IncomingMessage, connection: Duplex, head: Buffer) => {
    connection.on("error", () => connection.destroy());
    const [, host = "", port = ""] = /^\[?([^\]]*)\]?:(\d+)$/.exec(incoming.url ?? "") ?? [];
    const listener = network(host, Number(port));
    if (listener === undefined) {
      connection.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
      return;
    }
    if (head.length > 0) {
      connection.unshift(head);
    }
    connection.write("HTTP/1.1 200 Connection established\r\n\r\n");
    listener(connection);
  });
  return server;
}

function forward(network: PodNetwork, incoming: IncomingMessage, response: ServerResponse): void {
  const url = URL.canParse(incoming.url ?? "") ? new URL(incoming.url ?? "") : undefined;
  const listener = url && network(url.hostname, Number(url.port || 80));
  if (url === undefined || listener === undefined) {
    response.writeHead(url === undefined ? 400 : 502).end();
    return;
  }
  const [near, far] = duplexPair();
  listener(far);
  const outgoing = request(
    {
      createConnection: () => near as never,
      method: incoming.method,
      path: `${url.pathname}${url.search}`,
      headers: { ...incoming.headers, host: url.host },
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  outgoing.on("error", () => response.destroy());
  incoming.pipe(outgoing);
}
