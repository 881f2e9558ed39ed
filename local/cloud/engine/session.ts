import {
  type CheckRequest,
  type CheckResult,
  type CreateRequest,
  type CreateResult,
  type DeleteRequest,
  type DiffRequest,
  type DiffResult,
  InitializationFailed,
  type InvokeRequest,
  type Plugin,
  type ReadRequest,
  type ReadResult,
  type Session,
  type UpdateRequest,
} from "../../plugin/plugin";
import { type PropertyMap, Unknown } from "../../plugin/values";
import { acceptDeletion, acceptWrite, release } from "./acceptance";
import { withName } from "./autoname";
import { type Call, call } from "./call";
import type { Cloud } from "./cloud";
import type { Dialect, Verb } from "./dialect";
import { diff } from "./diff";
import { CloudError } from "./errors";
import type { Fault } from "./faults";
import type { Draft, Kind, Scope } from "./kind";
import { isGiven, isObject, withDefault, without, withoutNulls } from "./properties";
import type { Resource } from "./store";
import { waitFor } from "./waiting";

/** The plugin of one cloud: its dialect over the shared machinery. */
export function cloudPlugin(cloud: Cloud, dialect: Dialect): Plugin {
  return {
    name: dialect.cloud,
    version: dialect.version,
    // Both official plugins compute a resource's outputs in a preview.
    supportsPreview: true,
    configure: async (config) => new CloudSession(cloud, dialect, dialect.scope(config)),
  };
}

type About = Pick<CreateRequest, "urn" | "type" | "name">;

class CloudSession implements Session {
  constructor(
    private readonly cloud: Cloud,
    private readonly dialect: Dialect,
    private readonly scope: Scope,
  ) {}

  async check(request: CheckRequest): Promise<CheckResult> {
    const kind = this.#kind(request.type);
    const named = withName(kind, this.dialect, request, { ...kind.defaults, ...withoutNulls(request.news) });
    const inputs = this.dialect.prepare(kind, named, {
      scope: this.scope,
      olds: request.olds,
      view: this.cloud,
    });
    const missing = kind.required
      .filter((path) => !isGiven(inputs, path))
      .map((path) => ({ property: path, reason: missingReason(path) }));
    return { inputs, failures: [...missing, ...(kind.check?.(inputs) ?? [])] };
  }

  async diff(request: DiffRequest): Promise<DiffResult> {
    const kind = this.#kind(request.type);
    return {
      changes: diff(request.oldInputs, request.news, kind),
      deleteBeforeReplace: this.dialect.deletesBeforeReplace(kind, request.oldInputs),
    };
  }

  async create(request: CreateRequest): Promise<CreateResult> {
    const kind = this.#kind(request.type);
    const scope = this.dialect.scopeOf(this.scope, "", request.inputs);
    if (request.preview) {
      return { id: "", outputs: previewed(kind, request.inputs) };
    }
    const unique = this.cloud.unique(request.urn);
    const identity = kind.identify({ inputs: request.inputs, scope, unique, view: this.cloud });
    const draft: Draft = { ...identity, inputs: request.inputs, scope, unique, view: this.cloud };
    return this.#explained(kind.operations.create, request.name, async () => {
      const about = this.#call(kind, "create", draft, request);
      if (this.dialect.looksBeforeCreate) {
        const present = await this.#send({ ...about, ...readOf(kind) }, () => this.cloud.find(draft.key));
        if (present !== undefined) {
          throw this.dialect.exists(present);
        }
      }
      const { resource, later } = await this.#send(about, (fault) => {
        const present = this.cloud.find(draft.key);
        if (present !== undefined && !kind.adopts) {
          throw kind.exists?.(present) ?? this.dialect.exists(present);
        }
        const accepted = acceptWrite(
          this.cloud,
          this.dialect,
          kind,
          present === undefined ? draft : { ...draft, previous: present },
          request.urn,
          fault,
        );
        return { resource: accepted, later: fault };
      });
      const outputs = await this.#done(kind, resource, later, request);
      return { id: resource.id, outputs };
    });
  }

  async read(request: ReadRequest): Promise<ReadResult | undefined> {
    const kind = this.#kind(request.type);
    const scope = this.dialect.scopeOf(this.scope, request.id, { ...request.olds, ...request.inputs });
    const { key, id } = this.dialect.locate(kind, request.id, scope);
    const known = this.cloud.find(key);
    const about: Call = {
      ...readOf(kind),
      kind,
      scope,
      location: known?.location ?? scope.region,
      target: {
        urn: request.urn,
        type: kind.token,
        names: [request.name, known?.name ?? id],
        location: known?.location ?? scope.region,
        operation: "read",
      },
      signal: request.signal,
    };
    return this.#explained(kind.operations.read, id, async () => {
      const resource = await this.#send(about, () => this.cloud.find(key));
      return resource === undefined
        ? undefined
        : {
            id: resource.id,
            inputs: { ...resource.inputs },
            outputs: this.dialect.outputs(kind, resource, this.cloud),
          };
    });
  }

  async update(request: UpdateRequest): Promise<PropertyMap> {
    const kind = this.#kind(request.type);
    if (request.preview) {
      return this.dialect.previewUpdate(previewed(kind, request.news), request.olds);
    }
    const scope = this.dialect.scopeOf(this.scope, request.id, request.news);
    const { key, id } = this.dialect.locate(kind, request.id, scope);
    const known = this.cloud.find(key);
    const identity = {
      id,
      key,
      name: known?.name ?? request.name,
      location: known?.location ?? scope.region,
    };
    const draft: Draft = {
      ...identity,
      inputs: request.news,
      scope,
      unique: this.cloud.unique(request.urn),
      view: this.cloud,
    };
    return this.#explained(kind.operations.update, id, async () => {
      const { resource, later } = await this.#send(this.#call(kind, "update", draft, request), (fault) => {
        const previous = this.cloud.find(key);
        if (previous === undefined) {
          throw new CloudError(
            404,
            "ResourceNotFound",
            `The resource '${id}' is gone; run 'pulumi refresh' to see what is left.`,
          );
        }
        const accepted = acceptWrite(
          this.cloud,
          this.dialect,
          kind,
          { ...draft, previous },
          request.urn,
          fault,
        );
        return { resource: accepted, later: fault };
      });
      return this.#done(kind, resource, later, request);
    });
  }

  async delete(request: DeleteRequest): Promise<void> {
    const kind = this.#kind(request.type);
    const scope = this.dialect.scopeOf(this.scope, request.id, { ...request.olds, ...request.oldInputs });
    const { key, id } = this.dialect.locate(kind, request.id, scope);
    const known = this.cloud.find(key);
    const draft: Draft = {
      id,
      key,
      name: known?.name ?? request.name,
      location: known?.location ?? scope.region,
      inputs: known?.inputs ?? request.oldInputs,
      scope,
      unique: "",
      view: this.cloud,
    };
    await this.#explained(kind.operations.delete, id, async () => {
      const accepted = await this.#send(this.#call(kind, "delete", draft, request), (fault) => {
        const resource = this.cloud.find(key);
        if (resource === undefined) {
          return undefined;
        }
        if (kind.adopts) {
          release(this.cloud, resource);
          return undefined;
        }
        return { resource: acceptDeletion(this.cloud, this.dialect, kind, draft, resource, fault), fault };
      });
      if (accepted !== undefined) {
        const left = await waitFor(
          this.cloud,
          this.dialect,
          kind,
          accepted.resource,
          accepted.fault,
          request,
        );
        if (left?.operation.failure !== undefined) {
          throw new CloudError(
            left.operation.failure.status,
            left.operation.failure.code,
            left.operation.failure.detail,
          );
        }
      }
    });
  }

  async invoke(request: InvokeRequest): Promise<PropertyMap> {
    const invoke = this.dialect.invokes.get(request.token);
    if (invoke === undefined) {
      throw unsupported("function", request.token, this.dialect.invokes);
    }
    const scope = this.dialect.scopeOf(this.scope, "", request.args);
    const target = {
      urn: "",
      type: request.token,
      names: Object.values(request.args).filter((value) => typeof value === "string"),
      location: scope.region,
      operation: "invoke" as const,
    };
    const about: Call = {
      operation: invoke.operation,
      verb: "read",
      scope,
      location: scope.region,
      target,
      signal: request.signal,
    };
    return this.#explained(invoke.operation, request.token, () =>
      this.#send(about, () => invoke.answer(request.args, scope, this.cloud)),
    );
  }

  /** Waits for an accepted creation or change and returns the resource's outputs. */
  async #done(
    kind: Kind,
    accepted: Resource,
    later: Fault | undefined,
    request: CreateRequest | UpdateRequest,
  ): Promise<PropertyMap> {
    const unfinished = (reason: string) => {
      const current = this.cloud.find(accepted.key) ?? accepted;
      return new InitializationFailed(accepted.id, this.dialect.outputs(kind, current, this.cloud), [reason]);
    };
    let resource: Resource | undefined;
    try {
      resource = await waitFor(this.cloud, this.dialect, kind, accepted, later, request);
    } catch (error) {
      throw error instanceof CloudError ? error : unfinished((error as Error).message);
    }
    if (resource === undefined) {
      throw new Error(`${accepted.id} was deleted by somebody else while it was being written`);
    }
    const { failure } = resource.operation;
    if (failure !== undefined) {
      const error = new CloudError(failure.status, failure.code, failure.detail);
      throw unfinished(this.dialect.explain(error, kind.operations[accepted.operation.kind], accepted.id));
    }
    if (this.dialect.looksBeforeCreate) {
      // The official plugin reads the resource once more after each write, and does without if it cannot.
      const about = this.#call(kind, "read", { ...resource, scope: this.scope }, request);
      await this.#send({ ...about, ...readOf(kind) }, () => undefined).catch(ignoreRefusal);
    }
    return this.dialect.outputs(kind, resource, this.cloud);
  }

  #call(
    kind: Kind,
    verb: Verb,
    draft: Pick<Draft, "name" | "location" | "scope">,
    request: About & { readonly signal: AbortSignal },
  ): Call {
    return {
      operation: kind.operations[verb],
      kind,
      verb,
      scope: draft.scope,
      location: draft.location,
      target: {
        urn: request.urn,
        type: kind.token,
        names: [request.name, draft.name],
        location: draft.location,
        operation: verb,
      },
      signal: request.signal,
    };
  }

  #send<Answer>(about: Call, body: (later: Fault | undefined) => Answer): Promise<Answer> {
    // A look on the side (before a create, after a write) meets no fault: it is meant for the write.
    const { target, ...aside } = about;
    const isAside = about.verb === "read" && target?.operation !== "read" && target?.operation !== "invoke";
    return call(this.cloud, this.dialect, isAside ? aside : about, body);
  }

  async #explained<Answer>(operation: string, id: string, body: () => Promise<Answer>): Promise<Answer> {
    try {
      return await body();
    } catch (error) {
      throw error instanceof CloudError ? new Error(this.dialect.explain(error, operation, id)) : error;
    }
  }

  #kind(token: string): Kind {
    const kind = this.dialect.kinds.get(token);
    if (kind === undefined) {
      throw unsupported("resource type", token, this.dialect.kinds);
    }
    return kind;
  }
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof CloudError)) {
    throw error;
  }
}

function readOf(kind: Kind): { operation: string; verb: "read" } {
  return { operation: kind.operations.read, verb: "read" };
}

function previewed(kind: Kind, inputs: PropertyMap): PropertyMap {
  const notes = Object.keys(inputs).filter((key) => key.startsWith("__"));
  let outputs = without(inputs, [...notes, ...(kind.pathParameters ?? [])]);
  for (const path of kind.unknown) {
    const parent = path.split(".")[0] ?? path;
    // A nested output is unknown only inside an object that the program gives; else the object is.
    outputs =
      path === parent || isObject(outputs[parent])
        ? withDefault(outputs, path, Unknown.value)
        : withDefault(outputs, parent, Unknown.value);
  }
  return outputs;
}

function missingReason(path: string): string {
  return path === "location"
    ? "missing required property 'location'. Either set it explicitly or configure it with 'pulumi config set azure-native:location <value>'."
    : `missing required property '${path}'`;
}

function unsupported(what: string, token: string, known: ReadonlyMap<string, unknown>): Error {
  return new Error(
    `the local simulated cloud has no ${what} ${token}; it has:\n  ${[...known.keys()].sort().join("\n  ")}`,
  );
}
