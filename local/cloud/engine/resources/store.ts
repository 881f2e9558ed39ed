import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PropertyMap } from "../../../plugin/values";

/** A resource as the cloud stores it. */
export interface Resource {
  /** Unique across both clouds (see `Identity.key`); references name resources by key. */
  readonly key: string;
  /** The id in the Pulumi engine's state. */
  readonly id: string;
  readonly cloud: "azure-native" | "aws";
  /** Pulumi's type token. */
  readonly type: string;
  readonly name: string;
  readonly location: string;
  /** URN of the request that created the resource; absent for resources that the cloud creates on its own (a VPC's main route table). */
  readonly urn?: string;
  readonly createdAt: string;
  /** The inputs after `check`; `read` returns them. */
  readonly inputs: PropertyMap;
  /** Values that the cloud assigned at creation (addresses, generated ids). */
  readonly computed: PropertyMap;
  /** Keys of the resources that this resource needs; they cannot be deleted before it. */
  readonly references: readonly string[];
  /** Key of the resource whose deletion also deletes this resource. */
  readonly parent?: string;
  /** The last operation on the resource, under way or ended. */
  readonly operation: Operation;
}

export interface Operation {
  readonly kind: "create" | "update" | "delete";
  /** Wall-clock time at which the operation was accepted; milliseconds since 1970. */
  readonly since: number;
  /** Wall-clock time at which the operation ends, even if no caller waits for it; milliseconds since 1970. */
  readonly until: number;
  /** Keys of the resources that no other operation may change while this operation is under way. */
  readonly locks: readonly string[];
  /** The error with which the operation ends, decided when it was accepted. Absent: it succeeds. */
  readonly failure?: { readonly status: number; readonly code: string; readonly detail: string };
}

/**
 * The resources, each in a file of its own and all in memory too. A write goes to a temporary file that is then
 * renamed, before the call returns: after a kill -9 at any moment, each resource is as it was last written.
 * Writes are synchronous on purpose (some 0.1 ms each), so that two writes of one resource cannot interleave.
 */
export class Store {
  readonly #resources = new Map<string, Resource>();
  readonly #dependents = new Map<string, Set<string>>();
  readonly #children = new Map<string, Set<string>>();
  readonly #folder: string;

  /** @param folder created if absent; half-written files of an earlier process are deleted */
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

  /** The resources whose references contain the key. */
  dependents(key: string): Resource[] {
    return this.#resolve(this.#dependents.get(key));
  }

  /** The resources whose parent is the key. */
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

/** Replaces a file so that a reader, or a process started after a kill -9, sees either the old or the new text in full. */
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
