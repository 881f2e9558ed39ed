import { createPublicClient, http, type PublicClient } from "viem";

/** A client that retries calls while the node is busy; viem honours Retry-After. */
export function clientOf(rpcUrl: string): PublicClient {
  return createPublicClient({
    transport: http(rpcUrl, { batch: true, retryCount: 5, retryDelay: 200, timeout: 10_000 }),
    cacheTime: 0,
  });
}
