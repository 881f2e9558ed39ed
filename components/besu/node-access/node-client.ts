import { Agent, type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import { METRICS_PORT, RPC_PORT } from "../../ports";
import { NodeUnreachable, RpcRefusal } from "./node-errors";
import { connectToPod, type PodPlace } from "./pod-connection";

/** A JSON-RPC request. */
export interface RpcCall {
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** The plain answer of a node to an HTTP request. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * The HTTP servers of one Besu node, reached through the Kubernetes API of the node's cluster. Works for a node in any
 * cluster of which there is a kubeconfig: AKS, EKS, an existing cluster, and the local target. Requests share a connection,
 * which is opened by the first of them and opened again after it is lost, for example by a restart of the node.
 */
export class NodeClient {
  readonly #agents = new Map<number, Agent>();

  /**
   * @param place the pod.
   * @param timeoutSeconds the time after which a request counts as unanswered, connecting included.
   */
  constructor(
    readonly place: PodPlace,
    readonly timeoutSeconds = 10,
  ) {}

  /**
   * Calls a method.
   *
   * @throws NodeUnreachable if the node does not answer, and RpcRefusal if it refuses.
   */
  async call<Result>(method: string, ...params: readonly unknown[]): Promise<Result> {
    const [result] = await this.callAll([{ method, params }]);
    if (result instanceof RpcRefusal) {
      throw result;
    }
    return result as Result;
  }

  /**
   * Calls several methods in one request.
   *
   * @returns for each call the result, or the node's refusal.
   * @throws NodeUnreachable if the node does not answer.
   */
  async callAll(calls: readonly RpcCall[]): Promise<unknown[]> {
    const batch = calls.map(({ method, params = [] }, id) => ({ jsonrpc: "2.0", id, method, params }));
    const { status, body } = await this.#request(RPC_PORT, "POST", "/", JSON.stringify(batch));
    const answers = parseAnswers(status, body);
    return calls.map(({ method }, id) => {
      const answer = answers.find((candidate) => candidate.id === id);
      if (answer?.error !== undefined) {
        return new RpcRefusal(method, answer.error.code, answer.error.message);
      }
      if (answer === undefined) {
        throw new NodeUnreachable(`the node's answer to ${method} is missing`);
      }
      return answer.result;
    });
  }

  /**
   * Reads a path of the RPC server, for example `/readiness?minPeers=1`.
   *
   * @throws NodeUnreachable if the node does not answer.
   */
  get(path: string): Promise<HttpAnswer> {
    return this.#request(RPC_PORT, "GET", path);
  }

  /**
   * Reads the node's metrics, in Prometheus' text format.
   *
   * @throws NodeUnreachable if the node does not answer.
   */
  async metrics(): Promise<string> {
    const { status, body } = await this.#request(METRICS_PORT, "GET", "/metrics");
    if (status !== 200) {
      throw new NodeUnreachable(`the metrics server answered ${status}`);
    }
    return body;
  }

  /** Closes the connections. The client can be used again. */
  close(): void {
    for (const agent of this.#agents.values()) {
      agent.destroy();
    }
    this.#agents.clear();
  }

  async #request(port: number, method: string, path: string, body?: string): Promise<HttpAnswer> {
    const signal = AbortSignal.timeout(this.timeoutSeconds * 1000);
    try {
      // A kept connection may have been lost without a sign, so a request that fails on one is made once more.
      return await this.#send(port, { method, path, body, signal }).catch((error: unknown) => {
        if (!signal.aborted && error instanceof LostConnection) {
          return this.#send(port, { method, path, body, signal });
        }
        throw error;
      });
    } catch (error) {
      if (error instanceof NodeUnreachable) {
        throw error;
      }
      throw new NodeUnreachable(
        signal.aborted ? `no answer within ${this.timeoutSeconds} s` : (error as Error).message,
      );
    }
  }

  #send(port: number, { method, path, body, signal }: Sent): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          agent: this.#agent(port),
          method,
          path,
          // Besu refuses a Host that its allowlist does not name. The list of every node has localhost.
          headers: {
            host: "localhost",
            ...(body === undefined
              ? {}
              : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
          },
          signal,
        },
        (response) => read(response).then(resolve, reject),
      );
      sent.on("error", (error) =>
        reject(sent.reusedSocket && !(error instanceof NodeUnreachable) ? new LostConnection(error) : error),
      );
      sent.end(body);
    });
  }

  #agent(port: number): Agent {
    const known = this.#agents.get(port);
    if (known !== undefined) {
      return known;
    }
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    Object.assign(agent, {
      createConnection: (_options: unknown, created: (error: Error | null, connection?: Duplex) => void) => {
        connectToPod(this.place, port, AbortSignal.timeout(this.timeoutSeconds * 1000)).then(
          (connection) => created(null, connection),
          created,
        );
      },
    });
    this.#agents.set(port, agent);
    return agent;
  }
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

/** The failure of a request on a connection that had been used before. */
class LostConnection extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

async function read(response: IncomingMessage): Promise<HttpAnswer> {
  let body = "";
  response.setEncoding("utf8");
  for await (const chunk of response) {
    body += chunk;
  }
  return { status: response.statusCode ?? 0, body };
}

interface RpcAnswer {
  readonly id?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

function parseAnswers(status: number, body: string): readonly RpcAnswer[] {
  try {
    const answers = JSON.parse(body) as RpcAnswer | readonly RpcAnswer[];
    if (Array.isArray(answers)) {
      return answers;
    }
    const { error } = answers as RpcAnswer;
    throw new NodeUnreachable(
      `the node answered ${status}${error === undefined ? "" : `: ${error.message}`}`,
    );
  } catch (error) {
    throw error instanceof NodeUnreachable
      ? error
      : new NodeUnreachable(`the node answered ${status}: ${body.trim().slice(0, 200)}`);
  }
}
