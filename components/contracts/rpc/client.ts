import { createPublicClient, http, type PublicClient } from "viem";

/** A client whose calls are tried again when the node is busy: viem honours Retry-After. */
export function clientOf(rpcUrl: string): PublicClient {
  return createPublicClient({
    transport: http(rpcUrl, { batch: true, retryCount: 5, retryDelay: 200, timeout: 10_000 }),
    cacheTime: 0,
  });
}
