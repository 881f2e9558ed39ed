import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { metricsText } from "./metrics";
import { answer } from "./rpc";
import { type RunningNode, stateOf } from "./running-node";

/** An HTTP server that listens nowhere. */
export interface NodeServer {
  accept(connection: Duplex): void;
  /** Ends all connections, as the end of the process does. */
  close(): void;
}

/**
 * The HTTP servers of a node by their ports.
 * Sources: JsonRpcHttpService.java, HealthService.java, ReadinessCheck.java in https://github.com/hyperledger/besu (3fd224e,
 * ethereum/api/src/main/java/org/hyperledger/besu/ethereum/api/jsonrpc), and MetricsHttpService.java.
 */
export function createServers(node: RunningNode): Map<number, NodeServer> {
  const { options } = node;
  const servers = new Map<number, NodeServer>();
  if (options.get("rpc-http-enabled") === "true") {
    servers.set(Number(options.get("rpc-http-port") ?? 8545), serverOf(node, serveRpc));
  }
  if (options.get("metrics-enabled") === "true") {
    servers.set(Number(options.get("metrics-port") ?? 9545), serverOf(node, serveMetrics));
  }
  return servers;
}

type Serve = (node: RunningNode, request: IncomingMessage, url: URL) => Promise<Reply> | Reply;

interface Reply {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

function serverOf(node: RunningNode, serve: Serve): NodeServer {
  const server = createServer((request, response) => {
    const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
    if (!node.options.hosts.includes("*") && !node.options.hosts.includes(host)) {
      send(response, { status: 403, body: '{"message":"Host not authorized."}' });
      return;
    }
    Promise.resolve()
      .then(() => serve(node, request, new URL(request.url ?? "/", "http://localhost")))
      .catch((error: Error) => {
        console.error(`node ${node.id.slice(0, 8)}: ${error.stack}`);
        return { status: 500, body: "" };
      })
      .then((reply) => send(response, reply));
  });
  // A server that does not listen does not keep track of its connections.
  const connections = new Set<Duplex>();
  return {
    accept: (connection) => {
      connections.add(connection);
      connection.on("close", () => connections.delete(connection));
      server.emit("connection", connection);
    },
    close: () => {
      for (const connection of connections) {
        connection.destroy();
      }
    },
  };
}

function send(response: ServerResponse, { status, body, type = "application/json" }: Reply): void {
  response.writeHead(status, { "content-type": type }).end(body);
}

async function serveRpc(node: RunningNode, request: IncomingMessage, url: URL): Promise<Reply> {
  if (url.pathname === "/liveness" && request.method === "GET") {
    return health(true);
  }
  if (url.pathname === "/readiness" && request.method === "GET") {
    return health(isReady(node, url.searchParams));
  }
  if (url.pathname !== "/") {
    return { status: 404, body: "<html><body><h1>Resource not found</h1></body></html>", type: "text/html" };
  }
  if (request.method === "GET") {
    return { status: 201, body: "" };
  }
  let body = "";
  for await (const chunk of request) {
    body += chunk;
  }
  return answer(node, body);
}

function health(isHealthy: boolean): Reply {
  return { status: isHealthy ? 200 : 503, body: `{\n  "status" : "${isHealthy ? "UP" : "DOWN"}"\n}` };
}

/** ReadinessCheck: by default one peer, and two blocks behind. A node that does not know that it is behind is ready. */
function isReady(node: RunningNode, parameters: URLSearchParams): boolean {
  const { peers, syncing } = stateOf(node);
  const least = integer(parameters.get("minPeers") ?? "1");
  const most = integer(parameters.get("maxBlocksBehind") ?? "2");
  if (least === undefined || peers.length < least) {
    return false;
  }
  return syncing === undefined || (most !== undefined && syncing.highest - syncing.current <= most);
}

function integer(text: string): number | undefined {
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

function serveMetrics(node: RunningNode, _request: IncomingMessage, { pathname }: URL): Reply {
  return pathname === "/metrics"
    ? { status: 200, body: metricsText(node), type: "text/plain; version=0.0.4; charset=utf-8" }
    : { status: 404, body: "" };
}
