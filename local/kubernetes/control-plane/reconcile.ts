import type { Informer } from "../api/informer";

/**
 * Calls `look` once the collections are in and after each change of them; changes that come while it runs are
 * looked at together afterwards. What it throws is logged, and it is called again after a second.
 */
export function reconcile(
  name: string,
  collections: readonly Informer[],
  look: () => Promise<void>,
  signal: AbortSignal,
): void {
  let running = false;
  let again = false;
  const changed = async () => {
    if (running || signal.aborted) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      try {
        await look();
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        setTimeout(() => void changed(), RETRY_MILLISECONDS).unref();
      }
    } while (again);
    running = false;
  };
  const unsubscribes = collections.map((collection) => collection.subscribe(() => void changed()));
  signal.addEventListener("abort", () => {
    for (const unsubscribe of unsubscribes) {
      unsubscribe();
    }
  });
}

/** Waits for all, so that one that fails holds up no other; then throws what the first failed with. */
export async function allOf(work: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") {
    throw failed.reason;
  }
}

const RETRY_MILLISECONDS = 1000;
