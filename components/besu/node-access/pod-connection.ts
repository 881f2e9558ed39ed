import type { IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import { Duplex } from "node:stream";
import type { KubeConfig } from "@kubernetes/client-node";
import { WebSocket } from "ws";
import { NodeUnreachable } from "./node-errors";

/** A pod, and how its cluster is reached. */
export interface PodPlace {
  /** From `openCluster`. */
  readonly config: KubeConfig;
  readonly namespace: string;
  readonly pod: string;
}

/**
 * Opens a connection to a port of a pod through the Kubernetes API, as `kubectl port-forward` does. The pod needs no address
 * that this side can reach, the API checks who connects, and the kubelet connects from inside the pod, so that network
 * policies, which close the RPC port of validators, do not apply. The API server's other way, the proxy subresource of the
 * pod, connects from the control plane to the pod's address, which those policies refuse.
 *
 * Needs the verbs `get` and `create` on `pods/portforward`.
 *
 * The protocol: https://github.com/kubernetes/kubernetes/blob/v1.36.3/staging/src/k8s.io/cri-streaming/pkg/streaming/portforward/websocket.go
 *
 * @throws NodeUnreachable if the API server does not answer, or refuses.
 */
export async function connectToPod(
  { config, namespace, pod }: PodPlace,
  port: number,
  signal: AbortSignal,
): Promise<PodConnection> {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new NodeUnreachable("the kubeconfig's context names no cluster");
  }
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/portforward?ports=${port}`;
  const options: RequestOptions = {};
  await config.applyToHTTPSOptions(options);
  signal.throwIfAborted();
  const socket = new WebSocket(`${server.replace(/^http/, "ws")}${path}`, [PROTOCOL], {
    ...options,
    perMessageDeflate: false,
  });
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      socket.terminate();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.once("open", () => {
      signal.removeEventListener("abort", abort);
      resolve();
    });
    socket.once("unexpected-response", (request, response) => {
      refusalOf(response).then((refusal) => {
        request.destroy();
        reject(refusal);
      });
    });
    // An error without a listener would end the process; after the end of this promise, the connection reports errors.
    socket.on("error", (error) =>
      reject(new NodeUnreachable(`the API server cannot be reached: ${error.message}`)),
    );
  });
  return new PodConnection(socket);
}

const PROTOCOL = "v4.channel.k8s.io";

/** What the API server said in place of opening the connection. */
async function refusalOf(response: IncomingMessage): Promise<NodeUnreachable> {
  let body = "";
  try {
    for await (const chunk of response) {
      body += chunk;
    }
  } catch {
    // The status alone has to do.
  }
  return new NodeUnreachable(
    `the API server answered ${response.statusCode}${reason(body)}`,
    response.statusCode,
  );
}

/** The message of a Status object, or the text itself. */
function reason(body: string): string {
  try {
    return `: ${(JSON.parse(body) as { readonly message?: string }).message}`;
  } catch {
    return body.trim() === "" ? "" : `: ${body.trim()}`;
  }
}

/** A byte stream to a port of a pod, of which `node:http` can make use as of a socket. */
export class PodConnection extends Duplex {
  /** The channels whose first message, the number of the port, has arrived. */
  readonly #opened = new Set<number>();

  /** @param socket an open WebSocket with the protocol `v4.channel.k8s.io` and one port. */
  constructor(readonly socket: WebSocket) {
    super();
    socket.on("message", (data) => this.#receive(data as Buffer));
    socket.on("close", () => this.#end());
    socket.on("error", (error) => this.destroy(new NodeUnreachable(error.message)));
  }

  /** Whoever keeps the connection for later has to see that it is gone, also without reading. */
  #end(): void {
    this.push(null);
    if (this.readableLength === 0) {
      this.destroy();
    } else {
      this.once("end", () => this.destroy());
    }
  }

  /** A message is the number of its channel, then content; the first message of a channel is the number of the port. */
  #receive(message: Buffer): void {
    const channel = message[0] ?? 0;
    if (this.destroyed) {
      return;
    }
    if (!this.#opened.has(channel)) {
      this.#opened.add(channel);
      return;
    }
    const content = message.subarray(1);
    if (channel === ERROR_CHANNEL) {
      this.destroy(new NodeUnreachable(`the kubelet: ${content.toString().trim()}`));
    } else if (content.length > 0 && !this.push(content)) {
      this.socket.pause();
    }
  }

  override _read(): void {
    if (this.socket.isPaused) {
      this.socket.resume();
    }
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.socket.send(Buffer.concat([DATA_CHANNEL, chunk]), { binary: true }, done);
  }

  override _final(done: () => void): void {
    this.socket.close();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.socket.terminate();
    done(error);
  }

  /** The settings of a socket that an HTTP agent changes, none of which a WebSocket needs. */
  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

const DATA_CHANNEL = Buffer.from([0]);
const ERROR_CHANNEL = 1;
