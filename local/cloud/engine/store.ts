import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PropertyMap } from "../../plugin/values";

/** A resource as the cloud keeps it. */
export interface Resource {
  /** Unique over both clouds, see `Kind.key`; references name it. */
  readonly key: string;
  /** The id that the engine knows it by. */
  readonly id: string;
  readonly cloud: "azure-native" | "aws";
  /** Pulumi's type token. */
  readonly type: string;
  readonly name: string;
  readonly location: string;
  /** Whose request made it; absent for what the cloud makes on its own (a VPC's main route table). */
  readonly urn?: string;
  readonly createdAt: string;
  /** What was asked for, as checked: what `read` returns. */
  readonly inputs: PropertyMap;
  /** What the cloud gave it when it was made (addresses, generated ids). */
  readonly computed: PropertyMap;
  /** Keys of the resources that it needs, and that cannot be deleted before it. */
  readonly references: readonly string[];
  /** The key of what it goes away with. */
  readonly parent?: string;
  /** The last operation on it, be it over or not. */
  readonly operation: Operation;
}

export interface Operation {
  readonly kind: "create" | "update" | "delete";
  /** Milliseconds since 1970 of the wall clock. An operation is under way until `until`, whoever waits for it. */
  readonly since: number;
  readonly until: number;
  /** Keys of the resources that nothing else may change meanwhile. */
  readonly locks: readonly string[];
  /** How it ends badly, decided when it was accepted. */
  readonly failure?: { readonly status: number; readonly code: string; readonly detail: string };
}

/**
 * The resources on disk, a file each, all held in memory too. Writing is a temporary file and a rename, done
 * before the call that asked for it returns: after a kill -9 at any moment each resource is there as it was
 * last answered. It is synchronous on purpose (some 0.1 ms): no two writes of one resource can cross.
 */
export class Store {
  readonly #resources = new Map<string, Resource>();
  readonly #dependents = new Map<string, Set<string>>();
  readonly #children = new Map<string, Set<string>>();
  readonly #folder: string;

  /** @param folder made if absent; half-written files of an earlier process are dropped */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    for (const file of readdirSync(folder)) {
      const path = join(folder, file);
      if (file.endsWith(".json")) {
        this.#index(JSON.parse(readFileSync(path, "utf8")) as Resource);
      } else {
        rmSync(path, { force: true });
      }
    }
  }

  get(key: string): Resource | undefined {
    return this.#resources.get(key);
  }

  list(): Resource[] {
    return [...this.#resources.values()];
  }

  /** Those whose references name the key. */
  dependents(key: string): Resource[] {
    return this.#resolve(this.#dependents.get(key));
  }

  /** Those that go away with the key. */
  children(key: string): Resource[] {
    return this.#resolve(this.#children.get(key));
  }

  put(resource: Resource): void {
    writeAtomically(this.#path(resource.key), JSON.stringify(resource));
    this.#forget(resource.key);
    this.#index(resource);
  }

  remove(key: string): void {
    rmSync(this.#path(key), { force: true });
    this.#forget(key);
  }

  #resolve(keys: ReadonlySet<string> | undefined): Resource[] {
    return [...(keys ?? [])].flatMap((key) => this.#resources.get(key) ?? []);
  }

  #index(resource: Resource): void {
    this.#resources.set(resource.key, resource);
    for (const reference of resource.references) {
      add(this.#dependents, reference, resource.key);
    }
    if (resource.parent !== undefined) {
      add(this.#children, resource.parent, resource.key);
    }
  }

  #forget(key: string): void {
    const resource = this.#resources.get(key);
    if (resource === undefined) {
      return;
    }
    this.#resources.delete(key);
    for (const reference of resource.references) {
      this.#dependents.get(reference)?.delete(key);
    }
    if (resource.parent !== undefined) {
      this.#children.get(resource.parent)?.delete(key);
    }
  }

  #path(key: string): string {
    return join(this.#folder, `${createHash("sha256").update(key).digest("hex").slice(0, 32)}.json`);
  }
}

/** Replaces a file so that a reader, or a process started after a kill -9, sees the old or the new one whole. */
export function writeAtomically(path: string, text: string): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

function add(index: Map<string, Set<string>>, key: string, member: string): void {
  const members = index.get(key) ?? new Set();
  members.add(member);
  index.set(key, members);
}
