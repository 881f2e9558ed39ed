import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import * as https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { PROJECT_ROOT } from "../../components/root";
import type { TimedEvent } from "../../scripts/run/events";
import type { Summary } from "../../scripts/run/summary";
import { type CommandResult, type RunningCommand, startCommand } from "./command";
import { eventsOfLastRun } from "./engine-output";
import { type RunningProcess, runningProcesses } from "./processes";
import { summaryIn } from "./summary-output";

/** Where the program keeps the builds of the contracts. */
const BUILDS = ".chainfleet/contracts";

/** A run of the `chainfleet` command that has ended, with the summary that it printed. */
export interface RunResult extends CommandResult {
  readonly summary: Summary;
}

/** A resource as the simulated cloud lists it. */
export interface CloudResource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly state: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A Kubernetes object of any kind. */
// biome-ignore lint/suspicious/noExplicitAny: tests read objects of all kinds by path
export type KubernetesObject = any;

/** A change of the dev stack's config: a path such as `["chainfleet:regions", 0, "rpcNodes"]`, and its value. */
export interface ConfigChange {
  readonly path: readonly (string | number)[];
  /** `undefined` removes the key. */
  readonly value: unknown;
}

/**
 * A copy of this working tree in a temporary folder. The copy has its own local services, state and run records,
 * like a second clone of the repository.
 */
export class Checkout {
  readonly folder: string;
  /** What sets the variables of a command that differ from those of the local target. */
  #variables: readonly string[] = [];

  /**
   * @param timeScale Seconds of real time that one second in the simulated clouds takes.
   * @param seed Seed of the random numbers in the simulated clouds.
   * @param targetOptions Options of `local/run`, which choose further services of the local target.
   */
  constructor(
    readonly timeScale: number,
    readonly seed: number,
    readonly targetOptions: readonly string[] = [],
  ) {
    this.folder = mkdtempSync(join(tmpdir(), "chainfleet-checkout-"));
    const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
      cwd: PROJECT_ROOT,
      encoding: "utf8",
    });
    for (const file of files.trim().split("\n")) {
      cpSync(join(PROJECT_ROOT, file), join(this.folder, file));
    }
    for (const packages of ["node_modules", "local/node_modules"]) {
      symlinkSync(join(PROJECT_ROOT, packages), join(this.folder, packages));
    }
    // Builds are named by the hash of their sources. A build of the contracts takes 20 s of CPU time.
    if (existsSync(join(PROJECT_ROOT, BUILDS))) {
      cpSync(join(PROJECT_ROOT, BUILDS), join(this.folder, BUILDS), { recursive: true });
    }
  }

  /** Runs `chainfleet up` on the dev stack. */
  up(): Promise<RunResult> {
    return this.#runToSummary("up");
  }

  /** Runs `chainfleet down` on the dev stack. */
  down(): Promise<RunResult> {
    return this.#runToSummary("down", "--yes");
  }

  async #runToSummary(...command: readonly string[]): Promise<RunResult> {
    const finished = await this.chainfleet(...command, "--stack", "dev", "--json").finished;
    return { ...finished, summary: summaryIn(finished) };
  }

  /** Starts `bin/chainfleet …` on the local target. */
  chainfleet(...args: readonly string[]): RunningCommand {
    return this.onTarget("bin/chainfleet", ...args);
  }

  /** Starts `pulumi … --stack dev` on the local target. */
  pulumi(...args: readonly string[]): RunningCommand {
    return this.onTarget("pulumi", ...args, "--stack", "dev", "--non-interactive");
  }

  /** Starts a command in the environment of the local target. */
  onTarget(...command: readonly string[]): RunningCommand {
    return this.#start("local/run", [...this.targetOptions, ...this.#variables, ...command]);
  }

  /** Lets the commands on the local target keep the states in files from now on, beginning with an empty stack `dev`. */
  async keepStateInFiles(): Promise<void> {
    const files = this.path(".chainfleet/state-in-files");
    rmSync(files, { recursive: true, force: true });
    mkdirSync(files, { recursive: true });
    this.#variables = ["env", `PULUMI_BACKEND_URL=file://${files}`];
    const { code, output } = await this.onTarget("pulumi", "stack", "init", "dev", "--no-select").finished;
    if (code !== 0) {
      throw new Error(`pulumi stack init:\n${output}`);
    }
  }

  /** Lets the commands on the local target keep the states in the state service again. */
  keepStateInService(): void {
    this.#variables = [];
  }

  #start(command: string, args: readonly string[]): RunningCommand {
    return startCommand(join(this.folder, command), args, { cwd: this.folder, env: this.#settings() });
  }

  /** Changes the dev stack's config. */
  configure(...changes: readonly ConfigChange[]): void {
    const file = this.path("Pulumi.dev.yaml");
    const document = parseDocument(readFileSync(file, "utf8"));
    for (const { path, value } of changes) {
      if (value === undefined) {
        document.deleteIn(["config", ...path]);
      } else {
        document.setIn(["config", ...path], document.createNode(value));
      }
    }
    writeFileSync(file, String(document));
  }

  /** Undoes all changes of the dev stack's config. */
  restoreConfig(): void {
    cpSync(join(PROJECT_ROOT, "Pulumi.dev.yaml"), this.path("Pulumi.dev.yaml"));
  }

  /** The resources in the simulated clouds. */
  async cloudResources(): Promise<CloudResource[]> {
    return (await this.#cloudRequest("/resources")) as CloudResource[];
  }

  /** Replaces the faults that the simulated clouds inject. @param seed of the draws of faults with a probability. */
  async setFaults(faults: readonly object[], seed = 1): Promise<void> {
    await this.#cloudRequest("/faults", { method: "PUT", body: JSON.stringify({ seed, faults }) });
  }

  /** Changes inputs of a cloud resource without the engine's knowledge; `null` removes an input. */
  async changeInCloud(id: string, inputs: object): Promise<void> {
    await this.#cloudRequest(`/resources?id=${encodeURIComponent(id)}`, {
      method: "PATCH",
      body: JSON.stringify(inputs),
    });
  }

  /** The calls to the simulated clouds by operation, and in total, since they were started. */
  async cloudStatistics(): Promise<{ readonly total: { readonly throttles: number } }> {
    return (await this.#cloudRequest("/statistics")) as { readonly total: { readonly throttles: number } };
  }

  async #cloudRequest(path: string, init: RequestInit = {}): Promise<unknown> {
    const control = this.environment()["CHAINFLEET_LOCAL_CLOUD_CONTROL"];
    // The service closes idle connections, which a process that was blocked meanwhile does not see.
    const response = await fetch(`${control}${path}`, { ...init, headers: { connection: "close" } });
    if (!response.ok) {
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    }
    return response.json();
  }

  /** The variables that `local/env` exports. Starts the local services that are not running. */
  environment(): Record<string, string> {
    const lines = execFileSync(this.path("local/env"), this.targetOptions, {
      cwd: this.folder,
      encoding: "utf8",
      env: this.#settings(),
      stdio: ["ignore", "pipe", "ignore"],
    });
    return Object.fromEntries(
      [...lines.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [name ?? "", value ?? ""]),
    );
  }

  #settings(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      CHAINFLEET_TIME_SCALE: String(this.timeScale),
      CHAINFLEET_SEED: String(this.seed),
    };
  }

  /** Kubernetes objects of all namespaces. @param path API path such as `apis/apps/v1/statefulsets`. */
  async objects(path: string): Promise<KubernetesObject[]> {
    return (await this.kubernetes(path)).items;
  }

  /** Sends a request to the API server: POST if there is a body, else GET. @returns the parsed response. */
  async kubernetes(path: string, body?: object): Promise<KubernetesObject> {
    const file = this.path(".chainfleet/local/kubernetes-control-plane/kubeconfig");
    const { clusters, users } = JSON.parse(readFileSync(file, "utf8"));
    const { server, "certificate-authority-data": authority } = clusters[0].cluster;
    const options: https.RequestOptions = {
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${users[0].user.token}` },
      ca: Buffer.from(authority, "base64"),
    };
    return new Promise((resolve, reject) => {
      const request = https.request(`${server}/${path}`, options, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve(JSON.parse(text)));
      });
      request.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** The dev stack's outputs. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read outputs by path
  async outputs(): Promise<any> {
    return JSON.parse((await this.pulumi("stack", "output", "--json").finished).stdout);
  }

  /** The dev stack's state as `pulumi stack export` prints it: secrets stay encrypted. */
  async state(): Promise<{ resources?: KubernetesObject[]; pending_operations?: unknown[] }> {
    const { stdout, output } = await this.pulumi("stack", "export").finished;
    try {
      return JSON.parse(stdout).deployment;
    } catch {
      throw new Error(`pulumi stack export:\n${output}`);
    }
  }

  /** The engine's events in the last run. */
  eventsOfLastRun(): TimedEvent[] {
    return eventsOfLastRun(this.folder);
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  /** The processes that run in this copy or were started from it. */
  processes(): RunningProcess[] {
    return runningProcesses().filter(
      ({ command, workingDirectory, environment }) =>
        command.includes(this.folder) ||
        workingDirectory.startsWith(this.folder) ||
        environment.includes(`PWD=${this.folder}`),
    );
  }

  /** Stops the local services and deletes their data, the state and the run records. */
  async reset(): Promise<void> {
    await this.#start("local/stop", []).finished;
    rmSync(this.path(".chainfleet"), { recursive: true, force: true });
  }

  /**
   * Stops the local services and deletes the folder. A second call does nothing.
   *
   * @returns The command lines of the processes that still ran after the services were stopped, and were therefore killed.
   */
  async close(): Promise<string[]> {
    if (!existsSync(this.folder)) {
      return [];
    }
    await this.#start("local/stop", []).finished;
    const remaining = this.processes();
    for (const { pid } of remaining) {
      process.kill(pid, "SIGKILL");
    }
    rmSync(this.folder, { recursive: true, force: true });
    return remaining.map(({ command }) => command);
  }
}
