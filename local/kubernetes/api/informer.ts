import { setTimeout as delay } from "node:timers/promises";
import type { ApiServer } from "./api-server";
import { type Mapping, pathOf } from "./discovery";
import { ApiError } from "./errors";
import type { KubernetesObject } from "./object";

/** A live copy of a kind's objects in one namespace (or in all), by name (or by `namespace/name`). */
export interface Informer {
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  /** False until the first list is in. */
  readonly synced: boolean;
  /** Whether everything up to that resource version (of a single object) has been taken in. */
  hasSeen(resourceVersion: string | undefined): boolean;
  /** Calls back after each change, and once when the first list is in. Answers what ends that. */
  subscribe(listener: () => void): () => void;
}

/**
 * The informer of a collection. It is shared: however many wait for objects of one kind in one namespace, the
 * API server serves one list and one watch. It ends a while after its last subscriber.
 */
export function informer(api: ApiServer, mapping: Mapping, namespace: string | undefined): Informer {
  const key = `${api.id} ${pathOf(mapping, namespace)}`;
  const running = informers.get(key);
  if (running !== undefined) {
    return running;
  }
  const made = new SharedInformer(api, mapping, namespace, () => informers.delete(key));
  informers.set(key, made);
  return made;
}

const informers = new Map<string, SharedInformer>();

/** The next one to wait for such an object comes along within this time, as a rule. */
const LINGER_MILLISECONDS = 5_000;

const RETRY_MILLISECONDS = 500;

class SharedInformer implements Informer {
  readonly objects = new Map<string, KubernetesObject>();
  synced = false;
  private seen = 0n;
  private readonly listeners = new Set<() => void>();
  private readonly ended = new AbortController();
  private linger: NodeJS.Timeout | undefined;

  constructor(
    private readonly api: ApiServer,
    private readonly mapping: Mapping,
    private readonly namespace: string | undefined,
    private readonly onEnd: () => void,
  ) {
    void this.run();
  }

  subscribe(listener: () => void): () => void {
    clearTimeout(this.linger);
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) {
        clearTimeout(this.linger);
        this.linger = setTimeout(() => {
          this.onEnd();
          this.ended.abort();
        }, LINGER_MILLISECONDS);
      }
    };
  }

  /** Resource versions are comparable: https://github.com/kubernetes/enhancements/issues/5504 */
  hasSeen(resourceVersion: string | undefined): boolean {
    return this.synced && this.seen >= BigInt(resourceVersion ?? 0);
  }

  private async run(): Promise<void> {
    while (!this.ended.signal.aborted) {
      try {
        await this.follow(await this.relist());
      } catch {
        // Expired, cut off or refused: whoever waits has a time limit of its own and reports what it saw last.
        await delay(RETRY_MILLISECONDS, undefined, { signal: this.ended.signal }).catch(() => {});
      }
    }
  }

  /** Answers the resource version to watch from. */
  private async relist(): Promise<string> {
    const { items, metadata } = await this.api.request<ObjectList>({
      path: pathOf(this.mapping, this.namespace),
      signal: this.ended.signal,
    });
    this.objects.clear();
    for (const item of items) {
      this.objects.set(this.keyOf(item), item);
    }
    this.synced = true;
    this.seen = BigInt(metadata.resourceVersion);
    this.notify();
    return metadata.resourceVersion;
  }

  private async follow(resourceVersion: string): Promise<void> {
    let at = resourceVersion;
    while (!this.ended.signal.aborted) {
      try {
        const path = pathOf(this.mapping, this.namespace);
        for await (const event of this.api.watch(path, { resourceVersion: at }, this.ended.signal)) {
          at = event.object.metadata.resourceVersion ?? at;
          this.seen = BigInt(at);
          if (event.type === "BOOKMARK") {
            continue;
          }
          if (event.type === "DELETED") {
            this.objects.delete(this.keyOf(event.object));
          } else {
            this.objects.set(this.keyOf(event.object), event.object);
          }
          this.notify();
        }
      } catch (error) {
        if (error instanceof ApiError && error.code !== 429) {
          throw error;
        }
        await delay(RETRY_MILLISECONDS, undefined, { signal: this.ended.signal });
      }
    }
  }

  private keyOf({ metadata: { namespace, name } }: KubernetesObject): string {
    return this.namespace === undefined && namespace !== undefined ? `${namespace}/${name}` : String(name);
  }

  private notify(): void {
    for (const listener of this.listeners) {
      listener();
    }
  }
}

interface ObjectList {
  readonly items: readonly KubernetesObject[];
  readonly metadata: { readonly resourceVersion: string };
}
