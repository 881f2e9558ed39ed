import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Buckets } from "../conditions/buckets";
import { Clock } from "../conditions/clock";
import { Faults } from "../conditions/faults";
import { Statistics } from "../conditions/statistics";
import type { KubernetesEndpoint, State, View } from "../resources/kind";
import { fraction, hex } from "../resources/random";
import { type Resource, Store, writeAtomically } from "../resources/store";

export interface CloudOptions {
  /** The state directory; created if absent. */
  readonly state: string;
  /** Wall-clock seconds per simulated second; at 0 nothing takes time. */
  readonly timeScale: number;
  readonly seed: number;
  /** URL of the local control plane. */
  readonly kubernetesServer: string;
  /** Path of the PEM file with the control plane's CA; read only when credentials are requested. */
  readonly kubernetesAuthority: string;
  /** The accounts' quotas that differ from the clouds' defaults, by the cloud's code of the quota. */
  readonly quotas?: Readonly<Record<string, number>>;
}

/** State shared by both simulated clouds: resources, time, rate limits, faults and statistics. */
export class Cloud implements View {
  readonly clock: Clock;
  readonly buckets = new Buckets();
  readonly statistics = new Statistics();
  readonly faults: Faults;
  readonly kubernetes: KubernetesEndpoint;
  readonly quotas: Readonly<Record<string, number>>;
  readonly seed: number;
  /** Set as soon as the control API is served. */
  controlUrl = "";
  readonly #store: Store;
  readonly #starts: number;
  /** Maps each locked key to the keys of the resources whose last operation holds the lock. */
  readonly #locks = new Map<string, Set<string>>();
  readonly #creations = new Map<string, number>();

  constructor(options: CloudOptions) {
    mkdirSync(options.state, { recursive: true });
    this.clock = new Clock(options.timeScale);
    this.seed = options.seed;
    this.quotas = options.quotas ?? {};
    this.faults = new Faults(join(options.state, "faults.json"));
    this.#store = new Store(join(options.state, "resources"));
    this.#starts = countStart(join(options.state, "starts"));
    this.kubernetes = {
      server: options.kubernetesServer,
      authority: () => readFileSync(options.kubernetesAuthority).toString("base64"),
    };
    for (const resource of this.#store.list()) {
      this.#lock(resource);
    }
  }

  find(key: string): Resource | undefined {
    const resource = this.#store.get(key);
    return resource === undefined ? undefined : this.#settled(resource);
  }

  list(type?: string): Resource[] {
    return this.#store
      .list()
      .filter((resource) => type === undefined || resource.type === type)
      .flatMap((resource) => this.#settled(resource) ?? []);
  }

  dependents(key: string): Resource[] {
    return this.#store.dependents(key).flatMap((resource) => this.#settled(resource) ?? []);
  }

  children(key: string): Resource[] {
    return this.#store.children(key).flatMap((resource) => this.#settled(resource) ?? []);
  }

  /** All resources that are deleted together with a resource: children, their children and so on. */
  descendants(key: string): Resource[] {
    return this.children(key).flatMap((child) => [child, ...this.descendants(child.key)]);
  }

  isReady(resource: Resource): boolean {
    return this.state(resource) === "Succeeded";
  }

  state({ operation }: Resource): State {
    if (isUnderWay(operation)) {
      return operation.kind === "create" ? "Creating" : operation.kind === "update" ? "Updating" : "Deleting";
    }
    return operation.failure === undefined ? "Succeeded" : "Failed";
  }

  /**
   * A resource whose operation is under way and locks one of the keys.
   * @param requester key of the resource that wants to change; its own locks do not count
   */
  lockHolder(keys: Iterable<string>, requester: string): Resource | undefined {
    for (const key of keys) {
      for (const candidate of this.#locks.get(key) ?? []) {
        const holder = candidate === requester ? undefined : this.find(candidate);
        if (holder !== undefined && isUnderWay(holder.operation) && holder.operation.locks.includes(key)) {
          return holder;
        }
      }
    }
    return undefined;
  }

  /** Writes a resource to disk. Once this returns, the resource exists and survives a kill -9. */
  put(resource: Resource): void {
    this.#store.put(resource);
    this.#lock(resource);
  }

  remove(key: string): void {
    this.#store.remove(key);
  }

  /** An address in 198.18.0.0/15, which is never routed (RFC 2544): a simulated address must not name a real host. */
  address(text: string): string {
    const taken = new Set(
      this.#store.list().flatMap(({ computed }) => [computed.ipAddress, computed.publicIp]),
    );
    for (let attempt = 0; ; attempt++) {
      const number = Math.floor(fraction(this.seed, "address", text, attempt) * 2 ** 17);
      const address = `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
      if (!taken.has(address)) {
        return address;
      }
    }
  }

  /** 64 hexadecimal digits: the same in every run with the same seed, but different for each creation by a URN. */
  unique(urn: string): string {
    const count = (this.#creations.get(urn) ?? 0) + 1;
    this.#creations.set(urn, count);
    return hex(64, this.seed, this.#starts, urn, count);
  }

  /** Forgets everything but the faults. Throws OperationUnderWay while an operation is under way. */
  reset(): void {
    const busy = this.list().find(({ operation }) => isUnderWay(operation));
    if (busy !== undefined) {
      throw new OperationUnderWay(
        `${busy.id} is ${this.state(busy).toLowerCase()}; wait for the operation to end and reset again`,
      );
    }
    for (const { key } of this.#store.list()) {
      this.#store.remove(key);
    }
    this.#locks.clear();
    this.buckets.clear();
    this.statistics.clear();
  }

  /** Completes a deletion whose time has come. No timer does so: deletions complete when a resource is next accessed. */
  #settled(resource: Resource): Resource | undefined {
    const { operation } = resource;
    if (operation.kind !== "delete" || isUnderWay(operation) || operation.failure !== undefined) {
      return resource;
    }
    for (const child of this.#store.children(resource.key)) {
      this.#removeTree(child);
    }
    this.#store.remove(resource.key);
    return undefined;
  }

  #removeTree(resource: Resource): void {
    for (const child of this.#store.children(resource.key)) {
      this.#removeTree(child);
    }
    this.#store.remove(resource.key);
  }

  #lock(resource: Resource): void {
    if (!isUnderWay(resource.operation)) {
      return;
    }
    for (const key of resource.operation.locks) {
      const holders = new Set([...(this.#locks.get(key) ?? [])].filter((held) => this.#holds(held, key)));
      this.#locks.set(key, holders.add(resource.key));
    }
  }

  #holds(holder: string, key: string): boolean {
    const operation = this.#store.get(holder)?.operation;
    return operation !== undefined && isUnderWay(operation) && operation.locks.includes(key);
  }
}

/** Refusal of a reset while an operation on a resource is under way. */
export class OperationUnderWay extends Error {
  override readonly name = "OperationUnderWay";
}

export function isUnderWay({ until }: { readonly until: number }): boolean {
  return Date.now() < until;
}

/** Counts the starts, so that ids do not repeat after a restart, which resets the creation counts in memory. */
function countStart(path: string): number {
  const earlier = existsSync(path) ? Number(readFileSync(path, "utf8")) : 0;
  writeAtomically(path, String(earlier + 1));
  return earlier;
}
