import { QbftExporter, type RpcCall } from "../../../components/monitoring/exporter/qbft-exporter";
import { SCRAPE_INTERVAL_SECONDS } from "../../../components/monitoring/prometheus/scrape-interval";
import { metricsText } from "../../../local/nodes/besu/metrics";
import { NodeOptions } from "../../../local/nodes/besu/options";
import { answer } from "../../../local/nodes/besu/rpc";
import type { RunningNode } from "../../../local/nodes/besu/running-node";
import type { Head } from "../../../local/qbft/chain";
import { accountOf, idOf, TestNetwork } from "../../../local/qbft/testing";
import { type Sample, samplesOf } from "./metrics-text";

/** A series of a test of `promtool`: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

/**
 * What a region's Prometheus records of a simulated network in which something happens. All nodes are in its region, and the
 * simulation begins at the time 0, at which promtool's tests begin.
 */
export class AlertScenario {
  readonly net: TestNetwork;
  readonly #series = new Map<string, Map<number, number>>();
  readonly #exporter: QbftExporter;
  /** The targets of Prometheus: pods that exist, each with whether its process runs. */
  readonly #targets = new Map<number, boolean>();
  readonly #heads = new Map<number, Head>();
  /** Whether the exporter is scraped. */
  exporterRuns = true;
  /** Whether the kubelets of the region answer. */
  kubeletsAnswer = true;
  #scrapes = 0;

  constructor(readonly validators: number) {
    this.net = new TestNetwork(validators);
    this.net.time = 0;
    this.net.startAll();
    for (let index = 0; index < validators; index += 1) {
      this.#targets.set(index, true);
    }
    this.#exporter = new QbftExporter(
      {
        nodes: Array.from({ length: validators }, (_, index) => ({
          name: nameOf(index),
          url: String(index),
        })),
        validators: Object.fromEntries(
          Array.from({ length: validators }, (_, index) => [accountOf(index), nameOf(index)]),
        ),
      },
      async (url, calls) => this.#ask(Number(url), calls),
    );
  }

  /** The process of a validator ends, and its pod stays. */
  crash(index: number): void {
    this.#heads.set(index, this.net.network.stop(idOf(index), this.net.time));
    this.#targets.set(index, false);
  }

  /** A validator that crashed starts with its data. */
  restart(index: number): void {
    this.net.network.start(this.net.describe(index), this.#heads.get(index), this.net.time);
    this.#targets.set(index, true);
  }

  /** A validator is scaled to zero pods. */
  remove(index: number): void {
    this.crash(index);
    this.#targets.delete(index);
  }

  isolate(index: number): void {
    this.net.network.setFault(idOf(index), { isIsolated: true }, this.net.time);
  }

  /** Lets minutes pass, with a scrape every {@link SCRAPE_INTERVAL_SECONDS}. */
  async pass(minutes: number): Promise<this> {
    for (let scrape = 0; scrape < (minutes * 60) / SCRAPE_INTERVAL_SECONDS; scrape += 1) {
      await this.#scrape();
      this.net.pass(SCRAPE_INTERVAL_SECONDS);
    }
    return this;
  }

  /** Every series, with a gap where the series was not there. */
  get inputSeries(): InputSeries[] {
    return [...this.#series].map(([series, values]) => ({
      series,
      values: Array.from({ length: this.#scrapes }, (_, scrape) => values.get(scrape) ?? "stale").join(" "),
    }));
  }

  /** A series of something that is not simulated, for the scrapes so far. */
  with(series: string, valueAt: (seconds: number) => number): InputSeries[] {
    const values = Array.from({ length: this.#scrapes }, (_, scrape) =>
      valueAt(scrape * SCRAPE_INTERVAL_SECONDS),
    );
    return [...this.inputSeries, { series, values: values.join(" ") }];
  }

  async #scrape(): Promise<void> {
    for (const [index, isRunning] of this.#targets) {
      const labels = { job: "besu", node: nameOf(index), pod: `validator-${index}-0` };
      this.#record({ name: "up", labels: {}, value: isRunning ? 1 : 0 }, labels);
      for (const sample of isRunning ? samplesOf(metricsText(this.#node(index))) : []) {
        this.#record(sample, labels);
      }
    }
    this.#record({ name: "up", labels: {}, value: this.kubeletsAnswer ? 1 : 0 }, { job: "kubelet" });
    if (this.exporterRuns) {
      for (const sample of samplesOf(await this.#exporter.metrics())) {
        this.#record(sample, { job: "qbft" });
      }
    }
    this.#scrapes += 1;
  }

  #record({ name, labels, value }: Sample, added: Readonly<Record<string, string>>): void {
    const pairs = Object.entries({ ...labels, ...added }).map(([label, text]) => `${label}="${text}"`);
    const series = `${name}{${pairs.join(",")}}`;
    const values = this.#series.get(series) ?? new Map<number, number>();
    this.#series.set(series, values.set(this.#scrapes, value));
  }

  #ask(index: number, calls: readonly RpcCall[]): unknown[] {
    if (this.#targets.get(index) !== true) {
      throw new Error("connection refused");
    }
    const { body } = answer(
      this.#node(index),
      JSON.stringify(calls.map(([method, ...params], id) => ({ jsonrpc: "2.0", id, method, params }))),
    );
    return (JSON.parse(body) as { readonly result: unknown }[]).map(({ result }) => result);
  }

  #node(index: number): RunningNode {
    return {
      network: this.net.network,
      id: idOf(index),
      options: new NodeOptions(["--rpc-http-api=ETH,NET,WEB3,QBFT"]),
      release: "26.9.0",
      now: () => this.net.time,
    };
  }
}

export function nameOf(index: number): string {
  return `eastus-validator-${index}`;
}
