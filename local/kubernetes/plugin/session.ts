import type {
  CheckRequest,
  CheckResult,
  CreateRequest,
  CreateResult,
  DeleteRequest,
  DiffRequest,
  DiffResult,
  InvokeRequest,
  ReadRequest,
  ReadResult,
  Session,
  UpdateRequest,
} from "../../plugin/plugin";
import { InitializationFailed } from "../../plugin/plugin";
import { type PropertyMap, Unknown } from "../../plugin/values";
import type { ApiServer } from "../api/api-server";
import { discover, pathOf } from "../api/discovery";
import { ApiError, isNotFound, reason, Unreachable } from "../api/errors";
import { field, idOf, type KubernetesObject, text } from "../api/object";
import { deleteObject } from "../await/gone";
import { NotInitialized, untilReady } from "../await/ready";
import { apply, dryRun, dryRunReplacement, NoSuchKind } from "./apply";
import { diff } from "./diff";
import { driftedInputs, importedInputs } from "./drift";
import { manifest, properties } from "./manifest";
import { fieldManager, isAutonamed, named } from "./names";
import { preview } from "./preview";
import type { ProviderConfig } from "./provider-config";
import { replacingPaths } from "./replacement";
import { parseId, parseToken } from "./token";

/** A configured provider at work; the life of a resource, in the order in which it is lived. */
export class KubernetesSession implements Session {
  constructor(private readonly config: ProviderConfig) {}

  async check({ type, name, news, olds, randomSeed }: CheckRequest): Promise<CheckResult> {
    const { apiVersion, kind } = parseToken(type);
    const metadata = news.metadata;
    if (text(metadata, "generateName") !== "") {
      throw new Error("the `.metadata.generateName` field is not supported in Server-Side Apply mode");
    }
    const inputs = named({ apiVersion, kind, ...news }, olds, name, randomSeed);
    if (
      this.config.namespace === undefined ||
      inputs.metadata instanceof Unknown ||
      field(inputs.metadata, "namespace") !== undefined ||
      !(await this.isNamespaced(apiVersion, kind))
    ) {
      return { inputs };
    }
    return {
      inputs: {
        ...inputs,
        metadata: { ...(inputs.metadata as PropertyMap), namespace: this.config.namespace },
      },
    };
  }

  async diff({ type, oldInputs, news, ignoreChanges }: DiffRequest): Promise<DiffResult> {
    const { apiVersion, kind } = parseToken(type);
    const replacing = replacingPaths(apiVersion, kind, {
      enableConfigMapMutable: this.config.enableConfigMapMutable,
      enableSecretMutable: this.config.enableSecretMutable,
      immutable: oldInputs.immutable === true,
    });
    const olds = withNamespace(oldInputs);
    const wanted = withNamespace(news);
    const changes = diff(olds, wanted, replacing, ignoreChanges);
    return {
      changes,
      // Two objects of one name cannot be there at once; one whose name was made up gets another one.
      deleteBeforeReplace:
        !isAutonamed(wanted) &&
        ["name", "namespace"].every(
          (each) => field(olds, "metadata", each) === field(wanted, "metadata", each),
        ),
    };
  }

  async create({ urn, inputs, preview: dry, timeoutSeconds, signal }: CreateRequest): Promise<CreateResult> {
    const manager = fieldManager(urn, inputs);
    if (dry) {
      const outputs = await preview(inputs, this.known, async (api) => {
        const live = await dryRunReplacement(api, manifest(inputs), manager, signal);
        const { uid, resourceVersion, creationTimestamp, generation, ...metadata } = live.metadata;
        return { ...live, metadata };
      });
      return { id: "", outputs };
    }
    const api = this.api();
    try {
      const live = await this.applied(api, inputs, manager, timeoutSeconds, signal);
      return { id: idOf(live), outputs: outputsOf(live, manager) };
    } catch (error) {
      if (error instanceof InitializationFailed) {
        throw new InitializationFailed(error.id, error.outputs, [
          `resource "${urn}" was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: ${error.reasons[0]}`,
          ...error.reasons.slice(1),
        ]);
      }
      if (error instanceof NoSuchKind) {
        throw new Error(
          `creation of resource "${urn}" failed because the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: ${error.message}`,
        );
      }
      throw new Error(
        `resource "${urn}" was not successfully created by the Kubernetes API server: ${reason(error)}`,
        { cause: error },
      );
    }
  }

  async read({ id, type, olds, inputs, signal }: ReadRequest): Promise<ReadResult | undefined> {
    const { unreachable } = this;
    if (unreachable !== undefined && this.config.deleteUnreachable) {
      return undefined;
    }
    if (unreachable !== undefined && this.config.skipUpdateUnreachable) {
      return { id, inputs, outputs: olds };
    }
    const api = this.api();
    const { apiVersion, kind } = parseToken(type);
    const mapping = await discover(api, apiVersion, kind);
    if (mapping === undefined) {
      return undefined;
    }
    const { namespace, name } = parseId(id);
    try {
      const live = await api.request({
        path: pathOf(mapping, namespace ?? this.config.namespace, name),
        signal,
      });
      const found = properties(live);
      const known = Object.keys(inputs).length > 0;
      return {
        id: idOf(live),
        inputs: known ? driftedInputs(inputs, olds, found) : importedInputs(found),
        outputs: { ...bookkeeping(olds), ...found },
      };
    } catch (error) {
      if (isNotFound(error)) {
        return undefined;
      }
      if (error instanceof Unreachable) {
        throw new Error(`failed to read resource state due to unreachable cluster. ${DELETE_UNREACHABLE}`, {
          cause: error,
        });
      }
      throw error;
    }
  }

  async update(request: UpdateRequest): Promise<PropertyMap> {
    const { urn, id, olds, news, timeoutSeconds, signal } = request;
    const manager = typeof olds.__fieldManager === "string" ? olds.__fieldManager : fieldManager(urn, news);
    if (request.preview) {
      return preview(news, this.known, (api) => dryRun(api, manifest(news), manager, signal));
    }
    try {
      const live = await this.applied(this.api(), news, manager, timeoutSeconds, signal);
      return outputsOf(live, manager);
    } catch (error) {
      if (error instanceof InitializationFailed) {
        throw new InitializationFailed(error.id, error.outputs, [
          `the Kubernetes API server reported that "${id}" failed to fully initialize or become live: ${error.reasons[0]}`,
          ...error.reasons.slice(1),
        ]);
      }
      throw new Error(`update of resource "${urn}" failed: ${reason(error)}`, { cause: error });
    }
  }

  async delete({ id, type, olds, oldInputs, timeoutSeconds, signal }: DeleteRequest): Promise<void> {
    if (this.unreachable !== undefined && this.config.deleteUnreachable) {
      return;
    }
    const api = this.api();
    const { apiVersion, kind } = parseToken(type);
    const { namespace, name } = parseId(id);
    try {
      const mapping = await discover(api, apiVersion, kind);
      if (mapping === undefined) {
        return;
      }
      const annotations = (field(oldInputs, "metadata", "annotations") ??
        field(olds, "metadata", "annotations") ??
        {}) as Record<string, string>;
      await deleteObject(
        api,
        mapping,
        {
          apiVersion,
          kind,
          metadata: { name, annotations, ...(namespace === undefined ? {} : { namespace }) },
        },
        timeoutSeconds,
        signal,
      );
    } catch (error) {
      if (error instanceof Unreachable) {
        if (this.config.deleteUnreachable) {
          return;
        }
        throw new Error(
          `configured Kubernetes cluster is unreachable: ${error.message}. ${DELETE_UNREACHABLE}`,
          { cause: error },
        );
      }
      throw error;
    }
  }

  async invoke({ token }: InvokeRequest): Promise<PropertyMap> {
    throw new Error(`the local target does not serve the function ${token}`);
  }

  private get unreachable(): string | undefined {
    const { connection } = this.config;
    return "unreachable" in connection ? connection.unreachable : undefined;
  }

  private get known(): ApiServer | undefined {
    const { connection } = this.config;
    return "unreachable" in connection ? undefined : connection.api;
  }

  private api(): ApiServer {
    const { connection } = this.config;
    if ("unreachable" in connection) {
      throw new Error(`configured Kubernetes cluster is unreachable: ${connection.unreachable}`);
    }
    return connection.api;
  }

  /** A custom resource's kind may not be known yet; most are namespaced. */
  private async isNamespaced(apiVersion: string, kind: string): Promise<boolean> {
    try {
      return (await discover(this.api(), apiVersion, kind))?.namespaced ?? true;
    } catch (error) {
      if (error instanceof ApiError) {
        throw error;
      }
      return false;
    }
  }

  private async applied(
    api: ApiServer,
    inputs: PropertyMap,
    manager: string,
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<KubernetesObject> {
    const { live, mapping } = await apply(api, manifest(inputs), manager, signal);
    try {
      return await untilReady(api, mapping, live, timeoutSeconds, signal);
    } catch (error) {
      if (error instanceof NotInitialized) {
        throw new InitializationFailed(idOf(live), outputsOf(error.object, manager), error.reasons);
      }
      throw new InitializationFailed(idOf(live), outputsOf(live, manager), [reason(error)]);
    }
  }
}

const DELETE_UNREACHABLE =
  'If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"';

function outputsOf(live: KubernetesObject, manager: string): PropertyMap {
  return {
    ...properties(live),
    __fieldManager: manager,
    __initialApiVersion: live.apiVersion,
  };
}

function bookkeeping({ __fieldManager, __initialApiVersion }: PropertyMap): PropertyMap {
  return {
    ...(__fieldManager === undefined ? {} : { __fieldManager }),
    ...(__initialApiVersion === undefined ? {} : { __initialApiVersion }),
  };
}

/** An object that names no namespace is in `default`; for what is in none, both sides get the same. */
function withNamespace(inputs: PropertyMap): PropertyMap {
  const { metadata } = inputs;
  return typeof metadata === "object" &&
    metadata !== null &&
    !(metadata instanceof Unknown) &&
    !Array.isArray(metadata)
    ? { ...inputs, metadata: { ...metadata, namespace: metadata.namespace || "default" } }
    : inputs;
}
