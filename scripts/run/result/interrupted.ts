/**
 * Whether an error in a run that the user has interrupted says only that the plugin was told to stop waiting. The cloud
 * goes on with the operation, and the next run takes over its result, so such an error is no failure.
 *
 * The texts: `Resource operation was cancelled for "…"` (`pkg/await/error.go` of pulumi-kubernetes), and
 * `context canceled`, the text of Go's `context.Canceled`, which the SDKs of Azure and AWS wrap. A request that timed out
 * may also be called canceled (`net/http: request canceled (Client.Timeout exceeded …)`), and is a failure.
 *
 * The engine that was told to stop also ends the calls with which the program reads from the clouds (`invocation of … returned
 * an error`, and a kubeconfig that could not be read), and what the program derives from them (`error serializing property`).
 */
export function saysInterrupted(error: string): boolean {
  return (/\bcancell?ed\b/i.test(error) && !/timeout|deadline/i.test(error)) || ENDED_CALL.test(error);
}

const ENDED_CALL = /\bKUBECONFIG_UNREADABLE\b|\binvocation of \S+ returned an error\b/;
