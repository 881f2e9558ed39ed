import type { Informer } from "../api/informer";

/**
 * Waits until `look` answers true; it is called now and after each change of one of the collections. What it
 * throws ends the wait.
 */
export function settled(
  collections: readonly Informer[],
  look: () => boolean,
  timeoutSeconds: number,
  signal: AbortSignal,
): Promise<"done" | "timed out" | "cancelled"> {
  return new Promise((resolve, reject) => {
    const end = (finish: () => void) => {
      clearTimeout(patience);
      signal.removeEventListener("abort", cancelled);
      for (const unsubscribe of unsubscribes) {
        unsubscribe();
      }
      finish();
    };
    const cancelled = () => end(() => resolve("cancelled"));
    const changed = () => {
      try {
        if (look()) {
          end(() => resolve("done"));
        }
      } catch (error) {
        end(() => reject(error));
      }
    };
    const patience = setTimeout(() => end(() => resolve("timed out")), timeoutSeconds * 1000);
    const unsubscribes = collections.map((collection) => collection.subscribe(changed));
    signal.addEventListener("abort", cancelled);
    if (signal.aborted) {
      cancelled();
    } else {
      changed();
    }
  });
}
