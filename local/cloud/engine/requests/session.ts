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
} from "../../../plugin/plugin";
import type { PropertyMap } from "../../../plugin/values";
import type { Cloud } from "../cloud/cloud";
import type { Dialect, Verb } from "../cloud/dialect";
import type { KindContext } from "../cloud/kind-context";
import type { Fault } from "../conditions/faults";
import { diff } from "../resources/diff";
import { CloudError } from "../resources/errors";
import type { Draft, Kind, Scope } from "../resources/kind";
import type { Resource } from "../resources/store";
import { acceptDeletion, acceptWrite, release } from "./acceptance";
import { type Call, call } from "./call";
import { check, previewOutputs, recomputedOutputs } from "./check";
import { waitForDeletion, waitForWrite } from "./waiting";

/** The Pulumi plugin of one cloud: the cloud's dialect on the engine that both clouds share. */
export function cloudPlugin(cloud: Cloud, dialect: Dialect): Plugin {
  return {
    name: dialect.cloud,
    version: dialect.version,
    // Both official plugins compute a resource's outputs in a preview.
    supportsPreview: true,
    configure: async (config) => new CloudSession(cloud, dialect, dialect.scope(config)),
  };
}

type ResourceRequest = Pick<CreateRequest, "urn" | "type" | "name">;

class CloudSession implements Session {
  constructor(
    private readonly cloud: Cloud,
    private readonly dialect: Dialect,
    private readonly scope: Scope,
  ) {}

  async check(request: CheckRequest): Promise<CheckResult> {
    const kind = this.#kind(request.type);
    return check(this.#context(kind), this.scope, request);
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
      return { id: "", outputs: previewOutputs(kind, request.inputs) };
    }
    const unique = this.cloud.unique(request.urn);
    const identity = kind.identify({ inputs: request.inputs, scope, unique, view: this.cloud });
    const draft: Draft = { ...identity, inputs: request.inputs, scope, unique, view: this.cloud };
    return this.#explainErrors(kind.operations.create, request.name, async () => {
      const creation = this.#call(kind, "create", draft, request);
      if (this.dialect.readsBeforeCreate) {
        const existing = await this.#send({ ...creation, ...readOf(kind) }, () => this.cloud.find(draft.key));
        if (existing !== undefined) {
          throw this.dialect.exists(existing);
        }
      }
      const { resource, fault } = await this.#send(creation, (laterFault) => {
        const existing = this.cloud.find(draft.key);
        if (existing !== undefined && !kind.adopts && !kind.repeatable) {
          throw kind.exists?.(existing) ?? this.dialect.exists(existing);
        }
        const accepted = acceptWrite(this.#context(kind), {
          draft: existing === undefined ? draft : { ...draft, previous: existing },
          urn: request.urn,
          fault: laterFault,
        });
        return { resource: accepted, fault: laterFault };
      });
      const outputs = await this.#outputsAfterWrite(kind, resource, fault, request);
      return { id: resource.id, outputs };
    });
  }

  async read(request: ReadRequest): Promise<ReadResult | undefined> {
    const kind = this.#kind(request.type);
    const hasState = Object.keys(request.olds).length > 0;
    const id = hasState ? request.id : this.dialect.importedId(kind, request.id, this.cloud);
    const draft = this.#draft(kind, { ...request, id }, { ...request.olds, ...request.inputs });
    return this.#explainErrors(kind.operations.read, draft.id, async () => {
      const reading = this.#call(kind, "read", draft, request);
      const resource = await this.#send(reading, () => this.cloud.find(draft.key));
      if (resource === undefined) {
        return undefined;
      }
      const outputs = this.dialect.outputs(kind, resource, this.cloud);
      const read = { resource, oldInputs: request.inputs, oldOutputs: request.olds, outputs };
      return { id: resource.id, inputs: this.dialect.inputsAfterRead(kind, read), outputs };
    });
  }

  async update(request: UpdateRequest): Promise<PropertyMap> {
    const kind = this.#kind(request.type);
    if (request.preview) {
      return {
        ...this.dialect.previewUpdate(previewOutputs(kind, request.news), request.olds),
        ...recomputedOutputs(kind),
      };
    }
    const draft = this.#draft(kind, request, request.news);
    return this.#explainErrors(kind.operations.update, draft.id, async () => {
      const change = this.#call(kind, "update", draft, request);
      const { resource, fault } = await this.#send(change, (laterFault) => {
        const previous = this.cloud.find(draft.key);
        if (previous === undefined) {
          const detail = `The resource '${draft.id}' is gone; run 'pulumi refresh' to see what is left.`;
          throw new CloudError(404, "ResourceNotFound", detail);
        }
        const accepted = acceptWrite(this.#context(kind), {
          draft: { ...draft, previous },
          urn: request.urn,
          fault: laterFault,
        });
        return { resource: accepted, fault: laterFault };
      });
      return this.#outputsAfterWrite(kind, resource, fault, request);
    });
  }

  async delete(request: DeleteRequest): Promise<void> {
    const kind = this.#kind(request.type);
    const draft = this.#draft(kind, request, { ...request.olds, ...request.oldInputs });
    await this.#explainErrors(kind.operations.delete, draft.id, async () => {
      const accepted = await this.#send(this.#call(kind, "delete", draft, request), (fault) => {
        const resource = this.cloud.find(draft.key);
        if (resource === undefined) {
          return undefined;
        }
        if (kind.adopts) {
          release(this.cloud, resource);
          return undefined;
        }
        const deleting = acceptDeletion(this.#context(kind), { draft, resource, fault });
        return { deleting, fault };
      });
      if (accepted === undefined) {
        return;
      }
      const { deleting, fault } = accepted;
      const remaining = await waitForDeletion(this.#context(kind), deleting, fault, request);
      const failure = remaining?.operation.failure;
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
    const query: Call = {
      operation: invoke.operation,
      verb: "read",
      scope,
      location: scope.region,
      target,
      signal: request.signal,
    };
    return this.#explainErrors(invoke.operation, request.token, () =>
      this.#send(query, () => invoke.answer(request.args, scope, this.cloud)),
    );
  }

  /** Waits for an accepted creation or update and returns the resource's outputs. */
  async #outputsAfterWrite(
    kind: Kind,
    accepted: Resource,
    fault: Fault | undefined,
    request: CreateRequest | UpdateRequest,
  ): Promise<PropertyMap> {
    const resource = await waitForWrite(this.#context(kind), accepted, fault, request);
    if (this.dialect.readsBeforeCreate) {
      // The official plugin reads the resource once more after each write and ignores a failure of that read.
      const reading = this.#call(kind, "read", { ...resource, scope: this.scope }, request);
      await this.#send({ ...reading, ...readOf(kind) }, () => undefined).catch(ignoreRefusal);
    }
    return this.dialect.outputs(kind, resource, this.cloud);
  }

  #context(kind: Kind): KindContext {
    return { cloud: this.cloud, dialect: this.dialect, kind };
  }

  /** The resource with the id that the engine gives, as a draft to read, update or delete. */
  #draft(kind: Kind, request: ResourceRequest & { readonly id: string }, inputs: PropertyMap): Draft {
    const scope = this.dialect.scopeOf(this.scope, request.id, inputs);
    const { key, id } = this.dialect.locate(kind, request.id, scope);
    const existing = this.cloud.find(key);
    return {
      id,
      key,
      name: existing?.name ?? request.name,
      location: existing?.location ?? scope.region,
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
    request: ResourceRequest & { readonly signal: AbortSignal; readonly timeoutSeconds?: number },
  ): Call {
    const { timeoutSeconds = 0 } = request;
    return {
      deadline: this.cloud.clock.deadline(
        timeoutSeconds > 0 ? timeoutSeconds : this.dialect.defaultTimeoutSeconds,
      ),
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

  #send<Answer>(request: Call, body: (laterFault: Fault | undefined) => Answer): Promise<Answer> {
    // The plugin's own read before a creation or after a write meets no fault: the fault is meant for the write.
    const { target, ...withoutTarget } = request;
    const isAuxiliary =
      request.verb === "read" && target?.operation !== "read" && target?.operation !== "invoke";
    return call(this.cloud, this.dialect, isAuxiliary ? withoutTarget : request, body);
  }

  async #explainErrors<Answer>(operation: string, id: string, body: () => Promise<Answer>): Promise<Answer> {
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

function unsupported(category: string, token: string, supported: ReadonlyMap<string, unknown>): Error {
  const tokens = [...supported.keys()].sort().join("\n  ");
  return new Error(`the local simulated cloud has no ${category} ${token}; the cloud supports:\n  ${tokens}`);
}
