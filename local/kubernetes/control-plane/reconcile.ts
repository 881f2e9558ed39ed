import type { Collection } from "./cluster";

/**
 * Calls `step` once the collections are loaded and after each change in them. Changes during a step lead to one
 * further step. If a step throws, its error is logged and the step is repeated after a second.
 */
export function reconcile(
  name: string,
  collections: readonly Collection<unknown>[],
  step: () => Promise<void>,
  signal: AbortSignal,
): void {
  let running = false;
  let again = false;
  const changed = async () => {
    if (running || signal.aborted || !collections.every(({ isLoaded }) => isLoaded)) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      try {
        await step();
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
  for (const collection of collections) {
    collection.subscribe(() => void changed());
  }
  // The collections may have been loaded before.
  void changed();
}

/** Waits until all promises have settled, then throws the error of the first one that was rejected. */
export async function allSettledOrThrow(promises: readonly Promise<unknown>[]): Promise<void> {
  const rejected = (await Promise.allSettled(promises)).find(({ status }) => status === "rejected");
  if (rejected?.status === "rejected") {
    throw rejected.reason;
  }
}

const RETRY_MILLISECONDS = 1000;
