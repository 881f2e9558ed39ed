/*
 * The SDK's plugin of dynamic providers ignores the engine's request to cancel (`cancel` in cmd/dynamic-provider/index.ts), and
 * the engine waits for the operations in progress. An operation that only waits should end then.
 */

const controller = new AbortController();

/** Aborts when the engine asks this plugin to cancel: after the first Ctrl+C in a run. */
export const engineCancellation: AbortSignal = controller.signal;

/** Called by the plugin, `scripts/engine/dynamic-provider`. */
export function cancelWork(): void {
  controller.abort();
}
