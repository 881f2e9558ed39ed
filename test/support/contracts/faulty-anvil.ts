import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import type { Hex } from "viem";
import { anvilProgram } from "../../../local/chains/anvil";
import { rpc } from "../../../local/chains/rpc";
import { BesuRules, type ExecutionError } from "../besu/besu-rules";
import type { NodeError } from "./node-dialects";

/** A node for tests: anvil behind a proxy that injects faults. */
export class FaultyAnvil {
  #anvil: ChildProcess | undefined;
  #port = 0;
  #proxy: Server | undefined;
  #proxyPort = 0;
  /** Scripted answers that replace anvil's: each entry answers the next call of its method once. */
  readonly script: { method: string; answer: (call: Call) => Answer | Promise<Answer> }[] = [];
  /** Most transactions that the mempool accepts. */
  poolLimit = Number.POSITIVE_INFINITY;
  /**
   * Whether a list of calls in one request is answered; if not, with status 400 as some providers do. A server may refuse
   * batches: https://www.jsonrpc.org/specification#batch
   */
  takesBatches = true;
  /** Whose rules and answers the node has. */
  kind: "anvil" | "besu" = "anvil";
  readonly #besu = new BesuRules((method, params) => this.rpc(method, params));

  private constructor(
    readonly options: readonly string[],
    readonly stateFile: string | undefined,
  ) {}

  /** @param stateFile keeps the blocks over a restart; without it, a restarted node begins anew. */
  static async start(options: readonly string[], stateFile?: string): Promise<FaultyAnvil> {
    const node = new FaultyAnvil(options, stateFile);
    await node.#startAnvil();
    node.#proxy = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        node.#answer(JSON.parse(Buffer.concat(chunks).toString())).then(
          ({ status, headers, body }) => {
            response.writeHead(status, { "content-type": "application/json", ...headers });
            response.end(JSON.stringify(body));
          },
          () => response.destroy(),
        );
      });
    }).listen(0, "127.0.0.1");
    await once(node.#proxy, "listening");
    node.#proxyPort = (node.#proxy.address() as AddressInfo).port;
    return node;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#proxyPort}`;
  }

  /** The URL of anvil itself, without faults. */
  get directUrl(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Calls anvil itself, without faults. @throws with anvil's message */
  rpc(method: string, params: readonly unknown[] = []): Promise<unknown> {
    return rpc(this.directUrl, method, params);
  }

  /** Restarts anvil: SIGTERM writes the blocks to disk, and the mempool is lost, as with any node. */
  async restart(): Promise<void> {
    await this.#stopAnvil();
    await this.#startAnvil();
  }

  async stop(): Promise<void> {
    this.#proxy?.closeAllConnections();
    this.#proxy?.close();
    await this.#stopAnvil();
  }

  async #startAnvil(): Promise<void> {
    const anvil = spawn(
      anvilProgram(),
      [
        "--port",
        String(this.#port),
        ...(this.stateFile === undefined ? [] : ["--state", this.stateFile]),
        ...this.options,
      ],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    this.#anvil = anvil;
    for await (const line of createInterface({ input: anvil.stdout })) {
      const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port !== undefined) {
        this.#port = Number(port);
        anvil.stdout.resume();
        return;
      }
    }
    throw new Error("anvil ended before it listened");
  }

  async #stopAnvil(): Promise<void> {
    if (this.#anvil?.exitCode === null) {
      this.#anvil.kill("SIGTERM");
      await once(this.#anvil, "exit");
    }
  }

  async #answer(calls: Call | Call[]): Promise<Answer> {
    if (!Array.isArray(calls)) {
      return this.#answerOne(calls);
    }
    if (!this.takesBatches) {
      return { status: 400, body: "batch requests are not supported" };
    }
    const answers = await Promise.all(calls.map((call) => this.#answerOne(call)));
    const failed = answers.find(({ status }) => status !== 200);
    return failed ?? { status: 200, body: answers.map(({ body }) => body) };
  }

  async #answerOne(call: Call): Promise<Answer> {
    const index = this.script.findIndex(({ method }) => method === call.method);
    const [scripted] = index < 0 ? [] : this.script.splice(index, 1);
    if (scripted !== undefined) {
      return scripted.answer(call);
    }
    if (call.method === "eth_sendRawTransaction" && (await this.#mempoolSize()) >= this.poolLimit) {
      return {
        status: 200,
        body: { jsonrpc: "2.0", id: call.id, error: { code: -32000, message: "txpool is full" } },
      };
    }
    return this.kind === "besu" ? this.#answerAsBesu(call) : this.pass(call);
  }

  async #answerAsBesu(call: Call): Promise<Answer> {
    const failure = (error: NodeError) => ({ status: 200, body: { jsonrpc: "2.0", id: call.id, error } });
    switch (call.method) {
      case "eth_sendRawTransaction": {
        const refusal = await this.#besu.refusal(call.params[0] as Hex);
        return refusal === undefined ? this.pass(call) : failure(refusal);
      }
      // With --min-gas-price=0 and without a priority fee, Besu's lower bounds are zero (BlockchainQueries.gasPriorityFee).
      case "eth_maxPriorityFeePerGas":
      case "eth_gasPrice":
        return { status: 200, body: { jsonrpc: "2.0", id: call.id, result: "0x0" } };
      case "eth_estimateGas":
      case "eth_call": {
        const answer = await this.pass(call);
        const { error } = answer.body as { error?: ExecutionError };
        return error === undefined
          ? answer
          : failure(this.#besu.executionError(call.params[0] as object, error));
      }
      default:
        return this.pass(call);
    }
  }

  /** Passes a call on to anvil. */
  async pass(call: Call): Promise<Answer> {
    const response = await fetch(this.directUrl, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(call),
    });
    return { status: 200, body: await response.json() };
  }

  async #mempoolSize(): Promise<number> {
    const { pending, queued } = (await this.rpc("txpool_status")) as { pending: string; queued: string };
    return Number(pending) + Number(queued);
  }
}

/** A JSON-RPC call. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** An HTTP answer of the proxy. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}
