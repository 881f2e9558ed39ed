import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { PROJECT_ROOT } from "../../components/root";
import type { TimedEvent } from "../../scripts/run/events";
import type { Summary } from "../../scripts/run/summary";

/** What a command printed and how it ended. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** A resource as the simulated cloud lists it. */
export interface CloudResource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly state: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A Kubernetes object; only what the tests read. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind, read by path
export type KubernetesObject = any;

/**
 * A checkout of this tree in a folder of its own, with its own local services, state and records, as if it had
 * been cloned beside this one.
 */
export class Checkout {
  readonly folder: string;
  #environment: Record<string, string> | undefined;

  /**
   * @param timeScale seconds of the wall clock for one of the simulated clouds'
   * @param seed of what is random in the simulated clouds
   */
  constructor(
    readonly timeScale: number,
    readonly seed: number,
  ) {
    this.folder = mkdtempSync(join(tmpdir(), "chainfleet-checkout-"));
    const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
      cwd: PROJECT_ROOT,
      encoding: "utf8",
    });
    for (const file of files.trim().split("\n")) {
      cpSync(join(PROJECT_ROOT, file), join(this.folder, file));
    }
    symlinkSync(join(PROJECT_ROOT, "node_modules"), join(this.folder, "node_modules"));
  }

  /** `bin/chainfleet …` on the local target. */
  chainfleet(...args: string[]): Running {
    return this.start("local/run", ["bin/chainfleet", ...args]);
  }

  /** `chainfleet up` or `down` of the dev stack to its end, with its summary. */
  async operate(name: "up" | "down"): Promise<Finished & { summary: Summary }> {
    const finished = await this.chainfleet(
      name,
      "--stack",
      "dev",
      "--json",
      ...(name === "down" ? ["--yes"] : []),
    ).finished;
    try {
      return { ...finished, summary: JSON.parse(finished.stdout) as Summary };
    } catch {
      throw new Error(`chainfleet ${name} printed no summary:\n${finished.stdout}\n${finished.stderr}`);
    }
  }

  /** `pulumi …` on the local target. */
  pulumi(...args: string[]): Running {
    return this.start("local/run", ["pulumi", ...args, "--non-interactive"]);
  }

  start(command: string, args: readonly string[]): Running {
    const child = spawn(join(this.folder, command), args, {
      cwd: this.folder,
      env: this.#settings(),
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    const finished = new Promise<Finished>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) =>
        resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
      );
    });
    return { child, finished };
  }

  /**
   * Changes the dev stack's config: paths into `config`, such as `["chainfleet:regions", 0, "rpcNodes"]`. What has
   * no value is taken out.
   */
  configure(...changes: readonly { path: readonly (string | number)[]; value: unknown }[]): void {
    const file = join(this.folder, "Pulumi.dev.yaml");
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

  /** Puts the dev stack's config back as it is in the tree. */
  restoreConfig(): void {
    cpSync(join(PROJECT_ROOT, "Pulumi.dev.yaml"), join(this.folder, "Pulumi.dev.yaml"));
  }

  /** What is in the simulated clouds. */
  async cloud(): Promise<CloudResource[]> {
    return (await this.#control("/resources")) as CloudResource[];
  }

  async setFaults(faults: readonly object[]): Promise<void> {
    await this.#control("/faults", { method: "PUT", body: JSON.stringify({ seed: 1, faults }) });
  }

  /** Changes a resource's inputs behind the engine's back; `null` takes one away. */
  async changeInCloud(id: string, inputs: object): Promise<void> {
    await this.#control(`/resources?id=${encodeURIComponent(id)}`, {
      method: "PATCH",
      body: JSON.stringify(inputs),
    });
  }

  async #control(path: string, init: RequestInit = {}): Promise<unknown> {
    const answer = await fetch(`${this.environment()["CHAINFLEET_LOCAL_CLOUD_CONTROL"]}${path}`, init);
    if (!answer.ok) {
      throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    }
    return answer.json();
  }

  /** What `local/env` exports; starts the services that are not running. */
  environment(): Record<string, string> {
    const lines = execFileSync(join(this.folder, "local/env"), {
      cwd: this.folder,
      encoding: "utf8",
      env: this.#settings(),
      stdio: ["ignore", "pipe", "ignore"],
    });
    this.#environment = Object.fromEntries(
      [...lines.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name, value]) => [name ?? "", value ?? ""]),
    );
    return this.#environment;
  }

  #settings(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      CHAINFLEET_TIME_SCALE: String(this.timeScale),
      CHAINFLEET_SEED: String(this.seed),
    };
  }

  /** Objects of a kind in all namespaces, by API path: `apis/apps/v1/statefulsets`. */
  async objects(path: string): Promise<KubernetesObject[]> {
    return (await this.kubernetes(path)).items;
  }

  async kubernetes(path: string, body?: object): Promise<KubernetesObject> {
    const { KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    config.loadFromFile(this.path(".chainfleet/local/kubernetes-control-plane/kubeconfig"));
    const https = await import("node:https");
    const options: import("node:https").RequestOptions = {
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json" },
    };
    await config.applyToHTTPSOptions(options);
    return new Promise((resolve, reject) => {
      const request = https.request(`${config.getCurrentCluster()?.server}/${path}`, options, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve(JSON.parse(text)));
      });
      request.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** The stack's outputs. */
  async outputs(): Promise<KubernetesObject> {
    return JSON.parse((await this.pulumi("stack", "output", "--json", "--stack", "dev").finished).stdout);
  }

  /** The state as `pulumi stack export` gives it; secrets stay encrypted. */
  async state(): Promise<{ resources?: KubernetesObject[]; pending_operations?: unknown[] }> {
    const { stdout, stderr } = await this.pulumi("stack", "export", "--stack", "dev").finished;
    try {
      return JSON.parse(stdout).deployment;
    } catch {
      throw new Error(`pulumi stack export:\n${stdout}\n${stderr}`);
    }
  }

  /** The events of the last run. */
  lastEvents(): TimedEvent[] {
    const run = readdirSync(this.path(".chainfleet/runs")).sort().at(-1) ?? "";
    return readFileSync(this.path(".chainfleet/runs", run, "events.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as TimedEvent);
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** The processes that run in or from this checkout: pid and command line. */
  processes(): { pid: number; command: string }[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
          const cwd = readlinkSync(`/proc/${pid}/cwd`);
          const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
          const ours =
            command.includes(this.folder) ||
            cwd.startsWith(this.folder) ||
            environment.includes(`PWD=${this.folder}`);
          return ours ? [{ pid: Number(pid), command }] : [];
        } catch {
          return [];
        }
      });
  }

  /** Stops the services and forgets all that they and the engine keep. */
  async reset(): Promise<void> {
    await this.start("local/stop", []).finished;
    rmSync(this.path(".chainfleet"), { recursive: true, force: true });
  }

  /** Stops the services and removes the folder, once. Returns the processes that were left. */
  async close(): Promise<{ pid: number; command: string }[]> {
    if (!existsSync(this.folder)) {
      return [];
    }
    await this.start("local/stop", []).finished;
    const left = this.processes();
    for (const { pid } of left) {
      process.kill(pid, "SIGKILL");
    }
    rmSync(this.folder, { recursive: true, force: true });
    return left;
  }
}
