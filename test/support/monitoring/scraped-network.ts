import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { type AddressInfo, createServer as createSocket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import {
  type Ask,
  type ExporterSettings,
  QbftExporter,
} from "../../../components/monitoring/exporter/qbft-exporter";
import { podTargets } from "../besu/pod-discovery";
import type { Checkout, KubernetesObject } from "../checkout";
import { prometheusProgram } from "./prometheus";

/** A result of a query. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

/**
 * A Prometheus of this machine with the config that a stack has deployed for a region. It reaches the pods through the proxy of
 * the local target into the pods' network.
 *
 * Three things differ from the deployed config: the pods are found by `podTargets`, the exporter is a server of the test, and
 * Prometheus scrapes each second. Kubelets and the programs of the monitoring do not run here and are left out.
 */
export class ScrapedNetwork {
  readonly #folder = mkdtempSync(join(tmpdir(), "chainfleet-prometheus-"));
  #process: ChildProcess | undefined;
  #server: Server | undefined;
  #url = "";

  /** @param namespace of the region's nodes. */
  static async start(checkout: Checkout, namespace: string): Promise<ScrapedNetwork> {
    const network = new ScrapedNetwork();
    try {
      await network.#start(checkout, namespace);
      return network;
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  async #start(checkout: Checkout, namespace: string): Promise<void> {
    const proxy = `http://127.0.0.1:${readFileSync(checkout.path(".chainfleet/local/nodes/network-port"), "utf8").trim()}`;
    const config = (program: string) =>
      checkout.kubernetes(`api/v1/namespaces/${namespace}-monitoring/configmaps/${program}-config`);
    const { items: pods } = await checkout.kubernetes(`api/v1/namespaces/${namespace}/pods`);
    const settings = JSON.parse((await config("qbft-exporter")).data["settings.json"]) as ExporterSettings;
    const exporter = new QbftExporter(settings, askThrough(proxy, pods));
    this.#server = createServer(({ url }, response) => {
      if (url === "/pods") {
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(podTargets(pods)));
      } else {
        exporter.metrics().then((text) => response.end(text));
      }
    }).listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const { port: serverPort } = this.#server.address() as AddressInfo;
    const files = (await config("prometheus")).data as Readonly<Record<string, string>>;
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(this.#folder, name), content);
    }
    const adapted = adaptedConfig(parse(files["prometheus.yml"] ?? ""), {
      proxy,
      server: `127.0.0.1:${serverPort}`,
    });
    writeFileSync(join(this.#folder, "prometheus.yml"), JSON.stringify(adapted));
    const port = await freePort();
    const { path, environment } = await prometheusProgram("prometheus");
    this.#process = spawn(
      path,
      [
        `--config.file=${join(this.#folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(this.#folder, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { env: { ...process.env, ...environment }, stdio: ["ignore", "ignore", "inherit"] },
    );
    this.#url = `http://127.0.0.1:${port}`;
  }

  /** Whether Prometheus answers. */
  async isReady(): Promise<boolean> {
    return (await fetch(`${this.#url}/-/ready`).catch(() => undefined))?.ok === true;
  }

  /** @throws Error if Prometheus refuses the query. */
  async query(expression: string): Promise<Series[]> {
    const { status, data, error } = await this.#get("query", `query=${encodeURIComponent(expression)}`);
    if (status !== "success") {
      throw new Error(`${expression}: ${error}`);
    }
    // A scalar is no list of series.
    return data.resultType === "vector" ? data.result : [{ metric: {}, value: data.result }];
  }

  /** The names of the loaded alert rules by their health. */
  async rules(): Promise<{ readonly name: string; readonly health: string; readonly state: string }[]> {
    const { data } = await this.#get("rules", "type=alert");
    return data.groups.flatMap(({ rules }: KubernetesObject) => rules);
  }

  async #get(path: string, query: string): Promise<KubernetesObject> {
    return (await fetch(`${this.#url}/api/v1/${path}?${query}`)).json();
  }

  async close(): Promise<void> {
    if (this.#process !== undefined && this.#process.exitCode === null) {
      const exit = once(this.#process, "exit");
      this.#process.kill("SIGTERM");
      await exit;
    }
    this.#server?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

interface Surroundings {
  readonly proxy: string;
  /** Host and port of the server with the exporter's metrics and the list of pods. */
  readonly server: string;
}

function adaptedConfig(deployed: KubernetesObject, { proxy, server }: Surroundings): object {
  const job = (name: string) =>
    deployed.scrape_configs.find((one: KubernetesObject) => one.job_name === name);
  return {
    global: { ...deployed.global, scrape_interval: "1s", evaluation_interval: "1s" },
    rule_files: deployed.rule_files,
    scrape_configs: [
      {
        job_name: "besu",
        proxy_url: proxy,
        http_sd_configs: [{ url: `http://${server}/pods` }],
        relabel_configs: job("besu").relabel_configs,
      },
      { ...job("qbft"), static_configs: [{ targets: [server] }] },
    ],
  };
}

/** Asks a node by the name of its Service, through the proxy into the pods' network, which knows addresses only. */
function askThrough(proxy: string, pods: readonly KubernetesObject[]): Ask {
  return async (url, calls) => {
    const { hostname, port } = new URL(url);
    const [service = ""] = hostname.split(".");
    const pod = pods.find(({ metadata }) => metadata.name === `${service}-0`);
    const body = JSON.stringify(
      calls.map(([method, ...params], id) => ({ jsonrpc: "2.0", id, method, params })),
    );
    const { hostname: host, port: proxyPort } = new URL(proxy);
    const outgoing = request({
      host,
      port: proxyPort,
      method: "POST",
      path: `http://${pod.status.podIP}:${port}/`,
      headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    });
    outgoing.end(body);
    const [response] = await once(outgoing, "response");
    let text = "";
    for await (const chunk of response) {
      text += chunk;
    }
    return (JSON.parse(text) as { readonly result: unknown }[]).map(({ result }) => result);
  };
}

async function freePort(): Promise<number> {
  const server = createSocket().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
