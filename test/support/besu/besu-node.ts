import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { get, type IncomingMessage } from "node:http";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { type Hex, hexToNumber } from "viem";
import { rpc } from "../../../local/chains/rpc";
import { type Running, start } from "../../../local/kubernetes/control-plane/children";
import { besuContainer, type PodPlace, type PodProcess, type Probe, type RenderedPod } from "./pod-process";

/** What a server answered to a GET request. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** A Besu process in the place of a pod. The kernel kills the process when the test's process dies. */
export class BesuNode {
  #running: Running | undefined;

  /** @param command A shell command that starts Besu and takes its options. */
  constructor(
    readonly command: string,
    readonly pod: RenderedPod,
    readonly place: PodPlace,
    readonly process: PodProcess,
  ) {}

  get name(): string {
    return this.pod.name;
  }

  /** The RPC URL by an address that every node accepts as a host name. */
  get url(): string {
    return `http://127.0.0.1:${this.#port("rpc")}`;
  }

  /** Starts Besu and waits until the RPC server answers. @throws with the end of the log if Besu ends before that. */
  async start(): Promise<void> {
    for (const folder of this.process.folders) {
      mkdirSync(folder, { recursive: true });
    }
    for (const [file, content] of Object.entries(this.process.files)) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content, { mode: 0o600 });
    }
    const environment = Object.entries(this.process.environment).map(([name, value]) => `${name}=${value}`);
    const running = start(
      {
        name: LOG_NAME,
        command: "env",
        args: [...environment, "sh", "-c", `exec ${this.command} "$@"`, "besu", ...this.process.args],
      },
      this.place.folder,
    );
    this.#running = running;
    let ended: string | undefined;
    running.ended.then((how) => {
      ended = how;
    });
    while (!(await this.#answers())) {
      if (ended !== undefined) {
        throw new Error(`${this.name} ${ended}:\n${this.log().split("\n").slice(-30).join("\n")}`);
      }
      await delay(200);
    }
  }

  /** Stops Besu as Kubernetes does, and waits for its end. */
  async stop(): Promise<void> {
    await this.#running?.stop(GRACE_MILLISECONDS);
    this.#running = undefined;
  }

  /** Everything that Besu printed. */
  log(): string {
    return readFileSync(join(this.place.folder, "logs", `${LOG_NAME}.log`), "utf8");
  }

  rpc<Result>(method: string, params: readonly unknown[] = []): Promise<Result> {
    return rpc<Result>(this.url, method, params);
  }

  /** The number of the newest block that the node has. */
  async head(): Promise<number> {
    return hexToNumber(await this.rpc<Hex>("eth_blockNumber"));
  }

  /** The status with which the node answers a probe of its pod. */
  async probe(name: "startupProbe" | "livenessProbe" | "readinessProbe"): Promise<number> {
    const { path, port, httpHeaders = [] } = (besuContainer(this.pod)[name] as Probe).httpGet;
    const headers = Object.fromEntries(httpHeaders.map((header) => [header.name, header.value]));
    return (await this.get(String(port), path, headers)).status;
  }

  /**
   * Sends a GET request to the pod's address. Without a `Host` header of its own the request names the address, as
   * those of the kubelet and of Prometheus do.
   *
   * @param port The name of a container port.
   */
  async get(port: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    const request = get({ host: this.place.address, port: this.#port(port), path, headers });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return { status: response.statusCode ?? 0, body: await text(response) };
  }

  #port(name: string): number {
    const port = this.place.ports[name];
    if (port === undefined) {
      throw new Error(`The container of ${this.name} has no port named ${name}.`);
    }
    return port;
  }

  async #answers(): Promise<boolean> {
    try {
      return (await this.head()) >= 0;
    } catch {
      return false;
    }
  }
}

const LOG_NAME = "besu";

/** The pod's terminationGracePeriodSeconds is 120; a small chain is written to disk in far less time. */
const GRACE_MILLISECONDS = 60_000;
