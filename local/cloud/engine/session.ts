import type {
  CheckRequest,
  CheckResult,
  CreateRequest,
  CreateResult,
  DeleteRequest,
  DiffRequest,
  DiffResult,
  InvokeRequest,
  Plugin,
  ReadRequest,
  ReadResult,
  Session,
  UpdateRequest,
} from "../../plugin/plugin";
import type { PropertyMap } from "../../plugin/values";
import { acceptDeletion, acceptWrite, release } from "./acceptance";
import { type Call, call } from "./call";
import { checked, previewed } from "./check";
import type { Cloud } from "./cloud";
import type { Dialect, Verb } from "./dialect";
import { diff } from "./diff";
import { CloudError } from "./errors";
import type { Fault } from "./faults";
import type { Draft, Kind, Scope } from "./kind";
import type { Resource } from "./store";
import { finished, waitFor } from "./waiting";

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
    return checked(this.cloud, this.dialect, kind, this.scope, request);
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
        if (present !== undefined && !kind.adopts && !kind.repeatable) {
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
    const draft = this.#draft(kind, request, { ...request.olds, ...request.inputs });
    return this.#explained(kind.operations.read, draft.id, async () => {
      const about = this.#call(kind, "read", draft, request);
      const resource = await this.#send(about, () => this.cloud.find(draft.key));
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
    const draft = this.#draft(kind, request, request.news);
    return this.#explained(kind.operations.update, draft.id, async () => {
      const about = this.#call(kind, "update", draft, request);
      const { resource, later } = await this.#send(about, (fault) => {
        const previous = this.cloud.find(draft.key);
        if (previous === undefined) {
          const detail = `The resource '${draft.id}' is gone; run 'pulumi refresh' to see what is left.`;
          throw new CloudError(404, "ResourceNotFound", detail);
        }
        const written = { ...draft, previous };
        const accepted = acceptWrite(this.cloud, this.dialect, kind, written, request.urn, fault);
        return { resource: accepted, later: fault };
      });
      return this.#done(kind, resource, later, request);
    });
  }

  async delete(request: DeleteRequest): Promise<void> {
    const kind = this.#kind(request.type);
    const draft = this.#draft(kind, request, { ...request.olds, ...request.oldInputs });
    await this.#explained(kind.operations.delete, draft.id, async () => {
      const accepted = await this.#send(this.#call(kind, "delete", draft, request), (later) => {
        const resource = this.cloud.find(draft.key);
        if (resource === undefined) {
          return undefined;
        }
        if (kind.adopts) {
          release(this.cloud, resource);
          return undefined;
        }
        const going = acceptDeletion(this.cloud, this.dialect, kind, draft, resource, later);
        return { going, later };
      });
      if (accepted === undefined) {
        return;
      }
      const { going, later } = accepted;
      const left = await waitFor(this.cloud, this.dialect, kind, going, later, request);
      const failure = left?.operation.failure;
      if (failure !== undefined) {
        throw new CloudError(failure.status, failure.code, failure.detail);
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
    const resource = await finished(this.cloud, this.dialect, kind, accepted, later, request);
    if (this.dialect.looksBeforeCreate) {
      // The official plugin reads the resource once more after each write, and does without if it cannot.
      const about = this.#call(kind, "read", { ...resource, scope: this.scope }, request);
      await this.#send({ ...about, ...readOf(kind) }, () => undefined).catch(ignoreRefusal);
    }
    return this.dialect.outputs(kind, resource, this.cloud);
  }

  /** What the cloud has under the id that the engine knows, as something to be read, changed or deleted. */
  #draft(kind: Kind, request: About & { readonly id: string }, inputs: PropertyMap): Draft {
    const scope = this.dialect.scopeOf(this.scope, request.id, inputs);
    const { key, id } = this.dialect.locate(kind, request.id, scope);
    const known = this.cloud.find(key);
    return {
      id,
      key,
      name: known?.name ?? request.name,
      location: known?.location ?? scope.region,
      inputs,
      scope,
      unique: "",
      view: this.cloud,
    };
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

function unsupported(what: string, token: string, known: ReadonlyMap<string, unknown>): Error {
  return new Error(
    `the local simulated cloud has no ${what} ${token}; it has:\n  ${[...known.keys()].sort().join("\n  ")}`,
  );
}
