import {
  ApiException,
  AuthorizationV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  StorageV1Api,
  setHeaderOptions,
} from "@kubernetes/client-node";

/** The API of the control plane as its administrator uses it. */
export class Cluster {
  readonly core: CoreV1Api;
  readonly storage: StorageV1Api;
  readonly authorization: AuthorizationV1Api;
  /** For kinds of which the client has no class. */
  readonly objects: KubernetesObjectApi;
  /** For bodies that are sent as they are, of any group. */
  readonly custom: CustomObjectsApi;
  readonly #config = new KubeConfig();

  /** @param authority the certificate authority of the API server, as PEM. */
  constructor(server: string, authority: string, token: string) {
    this.#config.loadFromClusterAndUser(
      { name: "local", server, skipTLSVerify: false, caData: Buffer.from(authority).toString("base64") },
      { name: "administrator", token },
    );
    this.core = this.#config.makeApiClient(CoreV1Api);
    this.storage = this.#config.makeApiClient(StorageV1Api);
    this.authorization = this.#config.makeApiClient(AuthorizationV1Api);
    this.objects = KubernetesObjectApi.makeApiClient(this.#config);
    this.custom = this.#config.makeApiClient(CustomObjectsApi);
  }

  /**
   * Follows all objects of a kind, in every namespace.
   *
   * @param path of the collection. @example "/api/v1/services"
   * @param list reads the collection once.
   */
  follow<Kind extends KubernetesObject>(
    path: string,
    list: () => Promise<KubernetesListObject<Kind>>,
    signal: AbortSignal,
  ): Collection<Kind> {
    let isLoaded = false;
    const informer = makeInformer(this.#config, path, async () => {
      const objects = await list();
      isLoaded = true;
      return objects;
    });
    const listeners = new Set<() => void>();
    const notify = () => {
      for (const listener of listeners) {
        listener();
      }
    };
    const start = () => void informer.start().then(notify, restart);
    // The informer reports the end of a watch or a failed list as an error, and leaves the restart to its user.
    const restart = () => {
      if (!signal.aborted) {
        setTimeout(start, RESTART_MILLISECONDS).unref();
      }
    };
    for (const event of ["add", "update", "delete"] as const) {
      informer.on(event, notify);
    }
    informer.on("error", restart);
    start();
    signal.addEventListener("abort", () => void informer.stop());
    return {
      get isLoaded() {
        return isLoaded;
      },
      objects: () => informer.list(),
      find: (name) => informer.list().find(({ metadata }) => metadata?.name === name),
      subscribe: (listener) => listeners.add(listener),
    };
  }
}

/** A live copy of all objects of a kind. */
export interface Collection<Kind> {
  /** False until the first list has been read. */
  readonly isLoaded: boolean;
  objects(): readonly Kind[];
  /** The object of a kind without namespaces. */
  find(name: string | undefined): Kind | undefined;
  /** Calls the listener after each change, and once when the first list has been read. */
  subscribe(listener: () => void): void;
}

const RESTART_MILLISECONDS = 500;

/** For requests that patch: the body is a JSON merge patch (RFC 7386). */
export const MERGE_PATCH = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** Makes a request, and accepts the given HTTP status as a success: 404 for a missing object, 409 for an existing one. */
export async function accepting(status: number, request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiException) || error.code !== status) {
      throw error;
    }
  }
}
