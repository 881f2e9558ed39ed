import { createPublicClient, type PublicClient } from "viem";
import { rpcTransport } from "./transport";

/** A client that asks in batches where the endpoint takes them, and asks again while the node is busy. */
export function clientOf(rpcUrl: string): PublicClient {
  return createPublicClient({ transport: rpcTransport(rpcUrl), cacheTime: 0 });
}
