import { setTimeout as delay } from "node:timers/promises";
import { createTransport, type EIP1193RequestFn, HttpRequestError, http, type Transport } from "viem";
import { isOutage } from "./refusal";

/**
 * Requests in one HTTP body. Providers count every request of a batch and refuse large ones; Alchemy, for example, takes
 * 1,000, and others 100.
 */
const BATCH_SIZE = 100;
const TIMEOUT_MILLISECONDS = 10_000;

/** The endpoints that were found to refuse batches. */
const withoutBatches = new Set<string>();

/**
 * HTTP with the requests of one moment in one batch, for as long as the endpoint takes batches: an endpoint that refuses
 * one is asked again without, and from then on never with one.
 *
 * A busy endpoint is asked again. An error of the node is an answer and is not: viem itself would ask six times what Besu
 * answers with "Internal error", as it does for every execution that ends without a revert. Transactions are sent once,
 * because the lane decides whether to send again.
 */
export function rpcTransport(url: string): Transport {
  return (parameters) => {
    const options = { retryCount: 0, timeout: TIMEOUT_MILLISECONDS };
    const batched = http(url, { ...options, batch: { batchSize: BATCH_SIZE } })(parameters);
    const single = http(url, options)(parameters);
    const requestOnce = async (call: RpcCall) => {
      if (withoutBatches.has(url)) {
        return single.request(call);
      }
      try {
        return await batched.request(call);
      } catch (error) {
        if (!mayRefuseBatch(error as Error)) {
          throw error;
        }
        const answer = await single.request(call);
        withoutBatches.add(url);
        return answer;
      }
    };
    const request = (call: RpcCall) =>
      call.method === "eth_sendRawTransaction" ? requestOnce(call) : whileBusy(() => requestOnce(call));
    return createTransport(
      {
        key: "rpc",
        name: "JSON-RPC over HTTP",
        type: "http",
        ...options,
        // The type of the answer follows from the method, which only the caller knows.
        request: request as EIP1193RequestFn,
      },
      { url },
    );
  };
}

interface RpcCall {
  readonly method: string;
  readonly params?: unknown;
}

/** Repeats a request with growing pauses while the endpoint is busy or does not answer. */
async function whileBusy<Result>(request: () => Promise<Result>): Promise<Result> {
  for (let repetition = 0; ; repetition += 1) {
    try {
      return await request();
    } catch (error) {
      if (repetition >= REPETITIONS || !isBusy(error as Error)) {
        throw error;
      }
      await delay(Math.max(FIRST_PAUSE_MILLISECONDS * 2 ** repetition, retryAfter(error as Error)));
    }
  }
}

const REPETITIONS = 5;
const FIRST_PAUSE_MILLISECONDS = 200;

/** A status such as 401 or 404 stays what it is. */
function isBusy(error: Error): boolean {
  const isFinal =
    error instanceof HttpRequestError &&
    error.status !== undefined &&
    error.status < 500 &&
    error.status !== 408 &&
    error.status !== 429;
  return !isFinal && isOutage(error);
}

/** What the endpoint asks to wait, in milliseconds; 0 if it does not say. */
function retryAfter(error: Error): number {
  const header = error instanceof HttpRequestError ? error.headers?.get("retry-after") : undefined;
  return header && /^\d+$/.test(header) ? Number(header) * 1000 : 0;
}

/**
 * Whether an error may come from a server that takes no batch, or none of this length. Servers answer one object instead of
 * a list (Besu's EXCEEDS_RPC_MAX_BATCH_SIZE), a list that lacks answers (geth's "batch too large"), or an HTTP status of a
 * wrong request. viem cannot read the first two, and throws an UnknownRpcError.
 */
function mayRefuseBatch(error: Error): boolean {
  if (error instanceof HttpRequestError) {
    return error.status !== undefined && REFUSING_STATUSES.has(error.status);
  }
  return error.name === "UnknownRpcError" || /\bbatch/i.test(error.message);
}

/** Statuses that say that the request is wrong, without those for a wrong key (401, 403) or a limited rate (429). */
const REFUSING_STATUSES: ReadonlySet<number> = new Set([400, 404, 405, 406, 413, 415, 422, 501]);
