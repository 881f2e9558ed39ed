import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { Duplex } from "node:stream";
import type { AuthorizationV1Api } from "@kubernetes/client-node";
import { type WebSocket, WebSocketServer } from "ws";
import type { KeyedCertificate } from "../../kubernetes/certificates";
import { mayForward } from "./authorization";
import { carry, dial, type PortForwardSources, StatusError } from "./port-forward";
import { discovery, portForwardTarget } from "./routes";

/** What the aggregated API server needs. */
export interface AggregatedSettings {
  readonly serving: KeyedCertificate;
  /** The authority whose clients are believed (PEM), and their names: the API server's front proxy. */
  readonly clientAuthority: string;
  readonly clientNames: readonly string[];
  readonly authorization: AuthorizationV1Api;
  readonly sources: PortForwardSources;
}

/**
 * The API server of `subresources.kubevirt.io`, which the cluster's API server passes requests on to. Only the API server's
 * front proxy is believed: whoever else could say that a request comes from an administrator.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/
 */
export function aggregatedServer(settings: AggregatedSettings): Server {
  const { serving, clientAuthority } = settings;
  const webSockets = new WebSocketServer({
    noServer: true,
    // A client without the subprotocol is refused by its own WebSocket library.
    handleProtocols: (protocols) => (protocols.has(PROTOCOL) ? PROTOCOL : false),
  });
  const server = createServer({
    cert: serving.certificate,
    key: serving.key,
    ca: clientAuthority,
    requestCert: true,
    rejectUnauthorized: true,
  });
  server.on("request", (request, response) => {
    const path = pathOf(request);
    const found = isFrontProxy(request, settings) ? discovery(path) : undefined;
    const status =
      portForwardTarget(path) === undefined
        ? new StatusError(404, "NotFound", "the server could not find the requested resource")
        : new StatusError(400, "BadRequest", "websocket: the client is not using the websocket protocol");
    const [code, body] = found === undefined ? [status.code, statusOf(status)] : [200, found];
    response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.on("upgrade", async (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => {});
    try {
      const machine = await connected(request, settings);
      webSockets.handleUpgrade(request, socket, head, (client: WebSocket) => carry(client, machine));
    } catch (error) {
      refuse(socket, error);
    }
  });
  return server;
}

/** The subprotocol of KubeVirt's streams: https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/staging/src/kubevirt.io/client-go/subresources/subresources.go */
const PROTOCOL = "plain.kubevirt.io";

async function connected(request: IncomingMessage, settings: AggregatedSettings) {
  const target = portForwardTarget(pathOf(request));
  if (!isFrontProxy(request, settings)) {
    throw new StatusError(401, "Unauthorized", "the client is not the API server's front proxy");
  }
  if (target === undefined) {
    throw new StatusError(404, "NotFound", "the server could not find the requested resource");
  }
  if (!(await mayForward(settings.authorization, request, target))) {
    throw new StatusError(403, "Forbidden", `the user may not forward ports of ${target.resource}`);
  }
  return dial(target, settings.sources);
}

function isFrontProxy({ socket }: IncomingMessage, { clientNames }: AggregatedSettings): boolean {
  const certificate = (
    socket as unknown as { getPeerCertificate(): { subject?: { CN?: string } } }
  ).getPeerCertificate();
  return clientNames.includes(certificate.subject?.CN ?? "");
}

function pathOf({ url = "/" }: IncomingMessage): string {
  return new URL(url, "https://localhost").pathname;
}

function refuse(socket: Duplex, error: unknown): void {
  const status =
    error instanceof StatusError ? error : new StatusError(500, "InternalError", (error as Error).message);
  const body = JSON.stringify(statusOf(status));
  socket.end(
    `HTTP/1.1 ${status.code} ${status.reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function statusOf({ code, reason, message }: StatusError): object {
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code };
}
