import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Summary } from "../../../scripts/run/summary";
import type { Checkout, KubernetesObject } from "../../support/checkout";
import type { CommandResult, RunningCommand } from "../../support/command";
import { summaryIn } from "../../support/summary-output";
import { type Kill, type RegionName, regionsOf, type Scenario, VICTIMS } from "./scenario";

/** A command that has ended, with its summary unless it was killed or ended before its run began. */
export interface Outcome extends CommandResult {
  readonly summary: Summary | undefined;
}

/** The network of a scenario in a checkout whose local services run, with the state where the scenario has it. */
export class FaultyNetwork {
  constructor(
    readonly checkout: Checkout,
    readonly scenario: Scenario,
  ) {}

  /** Writes the config, and creates an empty stack in files if the state is in files. */
  async prepare(): Promise<void> {
    this.checkout.configure(
      { path: ["chainfleet:stack"], value: "network" },
      { path: ["chainfleet:contracts"], value: undefined },
      {
        path: ["chainfleet:regions"],
        value: regionsOf(this.scenario).map((name) => this.#regionConfig(name)),
      },
    );
    // The record of a run in one backend says nothing about the stack of the same name in another.
    rmSync(this.checkout.path(".chainfleet/runs"), { recursive: true, force: true });
    if (this.scenario.backend === "files") {
      await this.checkout.keepStateInFiles();
    } else {
      this.checkout.keepStateInService();
    }
  }

  /** Runs a command of `chainfleet` on the stack, and kills a process in it. */
  async run(command: "up" | "retry" | "down", kill?: Kill): Promise<Outcome> {
    const before = new Set(this.#records());
    const yes = command === "down" ? ["--yes"] : [];
    const running = this.checkout.chainfleet(command, ...yes, "--stack", "dev", "--json");
    const killed = kill === undefined ? undefined : this.#kill(running, kill, before);
    const result = await running.finished;
    await killed;
    return { ...result, summary: summaryOf(result) };
  }

  /** The ids of the clouds' resources that the state has, in lower case; with doubles. */
  async stateIds(): Promise<string[]> {
    const { resources } = await this.#state();
    return resources
      .filter(({ type }) => /^(azure-native|aws):/.test(type))
      .map(({ id }) => String(id).toLowerCase())
      .sort();
  }

  /** The ids of the resources that the clouds made for a resource of the program, in lower case. */
  async cloudIds(): Promise<string[]> {
    const all = (await this.checkout.cloudResources()) as { readonly id: string; readonly urn?: string }[];
    return all
      .filter(({ urn }) => urn !== undefined)
      .map(({ id }) => id.toLowerCase())
      .sort();
  }

  /** What a state must not have: a resource twice, an operation that did not end, a resource that is not ready. */
  async stateProblems(): Promise<string[]> {
    const { resources, pending_operations: pending = [] } = await this.#state();
    const urns = resources.map(({ urn }) => urn);
    return [
      ...urns.filter((urn, index) => urns.indexOf(urn) !== index).map((urn) => `twice: ${urn}`),
      ...resources.filter((one) => one.delete === true).map(({ urn }) => `to be deleted: ${urn}`),
      ...resources
        .filter(({ initErrors = [] }) => initErrors.length > 0)
        .map(({ urn }) => `not ready: ${urn}`),
      ...pending.map(({ resource, type }) => `pending: ${type} ${resource.urn}`),
    ];
  }

  /** The names of the ready pods in the namespaces of the regions, one for each validator. */
  async readyPods(): Promise<string[]> {
    const pods = await this.checkout.objects("api/v1/pods");
    return pods
      .filter(({ metadata }) => metadata.namespace.startsWith("chain138-"))
      .filter(({ status }) => status?.conditions?.some(isReady))
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
      .sort();
  }

  /** The pods of a complete network. */
  expectedPods(): string[] {
    return regionsOf(this.scenario)
      .flatMap((name) =>
        Array.from(
          { length: this.#validatorsOf(name) },
          (_, index) => `chain138-${name}/validator-${index}-0`,
        ),
      )
      .sort();
  }

  /** Everything that is left in the clouds, in the clusters and in the state. */
  async leftovers(): Promise<string[]> {
    const { resources } = await this.#state();
    const objects = await Promise.all(
      ["api/v1/persistentvolumes", ...OBJECT_PATHS].map(async (path) =>
        (await this.checkout.objects(path))
          .filter(({ metadata }) => path.endsWith("volumes") || metadata.namespace.startsWith("chain138-"))
          .map(({ metadata }) => `${path} ${metadata.namespace ?? ""}/${metadata.name}`),
      ),
    );
    return [
      ...(await this.checkout.cloudResources()).map(({ id }) => `cloud: ${id}`),
      ...objects.flat(),
      ...resources.filter(({ custom }) => custom === true).map(({ urn }) => `state: ${urn}`),
    ];
  }

  #validatorsOf(region: RegionName): number {
    return this.scenario.validators[region] ?? 0;
  }

  #regionConfig(name: RegionName): object {
    const validators = this.#validatorsOf(name);
    const common = { name, validators, rpcNodes: 0 };
    switch (name) {
      case "us-west-2":
        return { cloud: "aws", ...common, ...(this.scenario.ownAccounts ? { profile: "second" } : {}) };
      case "onprem":
        return {
          cloud: "kubernetes",
          ...common,
          kubeconfig: ".chainfleet/local/kubernetes-control-plane/kubeconfig",
          p2pAddresses: Array.from({ length: validators }, (_, index) => `198.51.100.${10 + index}`),
        };
      case "westeurope":
        return {
          cloud: "azure",
          ...common,
          ...(this.scenario.ownAccounts ? { subscription: "6d2b1e8f-3a50-4c77-9e51-0f8c2a7d4b16" } : {}),
        };
      case "eastus":
        return { cloud: "azure", ...common };
    }
  }

  async #state(): Promise<State> {
    const { resources = [], ...rest } = (await this.checkout.state()) as Partial<State>;
    return { ...rest, resources };
  }

  /** The records of runs, the oldest first. */
  #records(): string[] {
    const runs = this.checkout.path(".chainfleet/runs");
    return existsSync(runs) ? readdirSync(runs).sort() : [];
  }

  #eventsSince(before: ReadonlySet<string>): number {
    const record = this.#records().find((id) => !before.has(id));
    const file = join(this.checkout.path(".chainfleet/runs"), record ?? "", "events.jsonl");
    return record === undefined || !existsSync(file) ? 0 : readFileSync(file, "utf8").split("\n").length - 1;
  }

  async #kill(running: RunningCommand, kill: Kill, before: ReadonlySet<string>): Promise<void> {
    const { victim, events, milliseconds } = kill;
    let ended = false;
    running.finished.finally(() => {
      ended = true;
    });
    while (!ended && this.#eventsSince(before) < events) {
      await delay(POLL_MILLISECONDS);
    }
    await delay(milliseconds);
    for (let killed = false; !ended && !killed; await delay(POLL_MILLISECONDS)) {
      for (const { pid } of this.checkout
        .processes()
        .filter(({ command }) => VICTIMS[victim].test(command))) {
        killed = tryToKill(pid) || killed;
      }
    }
    if (victim === "state") {
      // The service comes back within the quarter of a minute for which the engine repeats its requests.
      this.checkout.environment();
    }
  }
}

const POLL_MILLISECONDS = 20;

/** @returns whether the process existed. */
function tryToKill(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

/** The paths of the API server under which something of a network could be left. */
const OBJECT_PATHS = [
  "api/v1/configmaps",
  "api/v1/persistentvolumeclaims",
  "api/v1/pods",
  "api/v1/secrets",
  "api/v1/services",
  "apis/apps/v1/statefulsets",
];

interface State {
  readonly resources: readonly {
    readonly urn: string;
    readonly type: string;
    readonly custom?: boolean;
    readonly id?: string;
    readonly delete?: boolean;
    readonly initErrors?: readonly string[];
  }[];
  readonly pending_operations?: readonly {
    readonly resource: { readonly urn: string };
    readonly type: string;
  }[];
}

function isReady({ type, status }: KubernetesObject): boolean {
  return type === "Ready" && status === "True";
}

/** A command that was killed, or that failed before its run began, prints no summary. */
function summaryOf(result: CommandResult): Summary | undefined {
  try {
    return summaryIn(result);
  } catch {
    return undefined;
  }
}
