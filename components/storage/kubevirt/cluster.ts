import { CoreV1Api, CustomObjectsApi, KubeConfig, StorageV1Api, VersionApi } from "@kubernetes/client-node";
import { ChainfleetError } from "../../error";
import { filePath } from "../../file-path";

/** Where the kubeconfig of the cluster is. */
export interface ClusterAccess {
  /** Absolute, from `~`, or relative to the project's root folder. Undefined: as kubectl finds it. */
  readonly kubeconfig?: string | undefined;
  /** The kubeconfig's context to use. Undefined: the current context. */
  readonly context?: string | undefined;
}

/** The clients of a cluster's API. */
export class Cluster {
  readonly config = new KubeConfig();
  readonly core: CoreV1Api;
  readonly storage: StorageV1Api;
  readonly custom: CustomObjectsApi;
  readonly version: VersionApi;

  /** @throws ChainfleetError KUBECONFIG_UNUSABLE */
  constructor({ kubeconfig, context }: ClusterAccess) {
    try {
      if (kubeconfig === undefined) {
        this.config.loadFromDefault();
      } else {
        this.config.loadFromFile(filePath(kubeconfig));
      }
      if (context !== undefined) {
        this.config.setCurrentContext(context);
      }
      this.core = this.config.makeApiClient(CoreV1Api);
      this.storage = this.config.makeApiClient(StorageV1Api);
      this.custom = this.config.makeApiClient(CustomObjectsApi);
      this.version = this.config.makeApiClient(VersionApi);
    } catch (cause) {
      throw new ChainfleetError({
        code: "KUBECONFIG_UNUSABLE",
        summary: `The kubeconfig ${kubeconfig ?? "that kubectl uses"}${context === undefined ? "" : ` with the context ${context}`} cannot be used: ${(cause as Error).message}.`,
        next: "Correct storage.kubeconfig and storage.context in the stack's config.",
        cause,
      });
    }
  }
}

/** The HTTP status of an error of the Kubernetes API; undefined if no answer came. */
export function statusOf(error: unknown): number | undefined {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === "number" ? code : undefined;
}

/** What the Kubernetes API says about an error, or the message of an error without an answer. */
export function reasonOf(error: unknown): string {
  const body = (error as { readonly body?: unknown } | undefined)?.body;
  const text = typeof body === "string" ? body : JSON.stringify(body ?? "");
  const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  return message === undefined
    ? error instanceof Error
      ? error.message
      : String(error)
    : JSON.parse(`"${message}"`);
}

/** Passes `undefined` on in place of an answer that says that there is no such object. */
export function unlessMissing(error: unknown): undefined {
  if (statusOf(error) === 404) {
    return undefined;
  }
  throw error;
}
