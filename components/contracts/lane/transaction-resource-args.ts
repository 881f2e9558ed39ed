import type * as pulumi from "@pulumi/pulumi";
import type { Sender } from "../sender/sender";
import type { ChainArgs } from "./lanes";

/** The arguments shared by every resource that sends transactions: the chain, its endpoint and the sender. */
export interface TransactionResourceArgs {
  readonly chain: ChainArgs;
  /** May name environment variables, `${RPC_URL}`; the state keeps the names, never the values. */
  readonly rpcUrl: pulumi.Input<string>;
  readonly sender: Sender;
}
