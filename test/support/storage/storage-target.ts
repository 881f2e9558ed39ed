import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { PROJECT_ROOT } from "../../../components/root";
import { countSelected, type ObjectCount } from "../../../components/storage/group/objects";
import { Cluster } from "../../../components/storage/kubevirt/cluster";
import { runSelector } from "../../../components/storage/vm/names";
import type { RunOutcome } from "../../../scripts/storage/run/outcome";
import { Checkout } from "../checkout";
import type { CommandResult, RunningCommand } from "../command";

/** The `chainfleet:storage` part of a config. */
export type StorageFields = Readonly<Record<string, unknown>>;

/** A checkout with KubeVirt on the local target and a stack `storage`. */
export class StorageTarget {
  readonly checkout: Checkout;
  #control = "";

  /** @param timeScale seconds of real time that one second of a machine's boot takes. */
  constructor(timeScale: number, seed: number) {
    this.checkout = new Checkout(timeScale, seed, ["--kubevirt"]);
  }

  /** Starts the services. */
  start(): void {
    this.#control = this.checkout.environment()["CHAINFLEET_LOCAL_KUBEVIRT_CONTROL"] ?? "";
  }

  /** The example's config. */
  exampleConfig(): StorageFields {
    const text = readFileSync(join(PROJECT_ROOT, "Pulumi.storage.yaml"), "utf8");
    return (parse(text) as { config: Record<string, StorageFields> }).config["chainfleet:storage"] ?? {};
  }

  /** Writes the example's config with other values. */
  configure(changes: StorageFields): void {
    const file = this.checkout.path("Pulumi.storage.yaml");
    const document = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
    document.config["chainfleet:storage"] = { ...this.exampleConfig(), ...changes };
    writeFileSync(file, stringify(document));
  }

  /** Starts `chainfleet storage …`. */
  storage(command: string, ...args: readonly string[]): RunningCommand {
    return this.checkout.chainfleet("storage", command, ...args, "--stack", "storage", "--json");
  }

  /** Runs `chainfleet storage run` or `resume` to the end. */
  async run(command: "run" | "resume", ...args: readonly string[]): Promise<FinishedRun> {
    const finished = await this.storage(command, ...args).finished;
    return { ...finished, outcome: outcomeIn(finished) };
  }

  async setFaults(faults: readonly object[]): Promise<void> {
    await this.control("PUT", "faults", { seed: 1, faults });
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests read statistics by path
  async control(method: "GET" | "PUT", path: string, body?: unknown): Promise<any> {
    const response = await fetch(`${this.#control}/_control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    }
    return response.json();
  }

  /** What a run has left in the cluster. */
  leftovers(run: string): Promise<ObjectCount> {
    const kubeconfig = this.checkout.path(".chainfleet/local/kubernetes-control-plane/kubeconfig");
    const cluster = new Cluster({ kubeconfig });
    return countSelected(cluster, { namespace: "vm-perf-test", selector: runSelector(run) });
  }

  /** The lines of a run's checkpoint. */
  checkpoint(run: string): string[] {
    const file = this.checkout.path(`results/${run}.checkpoint`);
    return existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  }

  /** A file of a run. */
  file(run: string, ...path: readonly string[]): string {
    return readFileSync(this.checkout.path(join("results", run, ...path)), "utf8");
  }

  /** The ids of all runs that have begun. */
  runs(): string[] {
    const folder = this.checkout.path("results");
    return existsSync(folder)
      ? readdirSync(folder)
          .filter((run) => existsSync(join(folder, run, "run.json")))
          .sort()
      : [];
  }

  /** The keys of the tests that passed, from the records in the folders of a run, sorted. */
  results(run: string): string[] {
    const folder = this.checkout.path("results", run);
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith("/result.json"))
      .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")))
      .filter(({ outcome }) => outcome === "passed")
      .map(({ key }) => key)
      .sort();
  }
}

/** A run that has ended. */
export interface FinishedRun extends CommandResult {
  readonly outcome: RunOutcome;
}

function outcomeIn({ stdout, output }: CommandResult): RunOutcome {
  try {
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as RunOutcome;
  } catch {
    throw new Error(`The command printed no outcome:\n${output}`);
  }
}
