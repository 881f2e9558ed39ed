import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { KeyedCertificate } from "../../kubernetes/certificates";
import type { Listener } from "./pod-network";

/** Who listens in a pod. */
export interface Pods {
  /** Whether a pod runs on this machine. */
  has(namespace: string, name: string): boolean;
  /** Who listens at the port of the pod's loopback address; undefined if nobody does. */
  listener(namespace: string, name: string, port: number): Listener | undefined;
}

/**
 * The part of a kubelet's server that forwards ports: one server for the kubelets of all nodes. It listens nowhere; connections
 * are handed to it. Only the WebSocket protocol is there, not SPDY, which `kubectl port-forward` makes the API server speak.
 *
 * Sources: getPortForward in https://github.com/kubernetes/kubernetes/blob/v1.36.3/pkg/kubelet/server/server.go, and
 * staging/src/k8s.io/cri-streaming/pkg/streaming/portforward/websocket.go in the same repository.
 */
export function kubeletServer(pods: Pods, { certificate, key }: KeyedCertificate): Server {
  const upgrades = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (protocols) => (protocols.has(PROTOCOL) ? PROTOCOL : false),
  });
  const server = createServer({ cert: certificate, key }, (_request, response) =>
    response.writeHead(404).end("404 page not found\n"),
  );
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? "/", "https://kubelet");
    const [, namespace = "", name = ""] = /^\/portForward\/([^/]+)\/([^/]+)/.exec(url.pathname) ?? [];
    const port = Number(url.searchParams.get("ports") ?? url.searchParams.get("port"));
    const refusal =
      request.headers.upgrade?.toLowerCase() !== "websocket"
        ? [400, "the local kubelet forwards ports over WebSockets only"]
        : namespace === "" || !pods.has(namespace, name)
          ? [404, "pod does not exist"]
          : !(port >= 1 && port <= 65_535)
            ? [400, `unable to parse "${url.searchParams.get("ports")}" as a port`]
            : undefined;
    if (refusal !== undefined) {
      const [status, text] = refusal;
      socket.end(`HTTP/1.1 ${status} Refused\r\ncontent-type: text/plain\r\n\r\n${text}`);
      return;
    }
    upgrades.handleUpgrade(request, socket, head, (client) => {
      openChannels(client, port);
      const listener = pods.listener(namespace, name, port);
      if (listener === undefined) {
        // The words of containerd (internal/cri/server/sandbox_portforward_linux.go), between those of the kubelet.
        client.send(
          Buffer.concat([
            Buffer.from([ERROR_CHANNEL]),
            Buffer.from(
              `error forwarding port ${port} to pod ${name}, uid : failed to execute portforward in network namespace: failed to connect to localhost:${port} inside namespace: dial tcp4 127.0.0.1:${port}: connect: connection refused`,
            ),
          ]),
        );
        client.close();
      } else {
        listener(new Channel(client));
      }
    });
  });
  return server;
}

const PROTOCOL = "v4.channel.k8s.io";
const DATA_CHANNEL = 0;
const ERROR_CHANNEL = 1;

/** The first message of each channel is the number of the port, in little endian. */
function openChannels(client: WebSocket, port: number): void {
  for (const channel of [DATA_CHANNEL, ERROR_CHANNEL]) {
    client.send(Buffer.from([channel, port & 0xff, port >> 8]));
  }
}

/** The data channel as a stream. */
class Channel extends Duplex {
  readonly #client: WebSocket;

  constructor(client: WebSocket) {
    super();
    this.#client = client;
    client.on("message", (data: Buffer) => {
      // What arrives after the end is read, too: otherwise the client's answer to the end would wait behind it.
      if (!this.destroyed && data[0] === DATA_CHANNEL && data.length > 1 && !this.push(data.subarray(1))) {
        client.pause();
      }
    });
    client.on("close", () => this.push(null));
    client.on("error", (error) => this.destroy(error));
  }

  override _read(): void {
    if (this.#client.isPaused) {
      this.#client.resume();
    }
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#client.send(Buffer.concat([Buffer.from([DATA_CHANNEL]), chunk]), { binary: true }, done);
  }

  override _final(done: () => void): void {
    this.#client.close();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#client.close();
    done(error);
  }
}
