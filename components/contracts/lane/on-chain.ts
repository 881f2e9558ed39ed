import type * as pulumi from "@pulumi/pulumi";
import type { Sender } from "../sender/sender";
import type { Chain } from "./lanes";

/** What every resource on a chain needs. */
export interface OnChain {
  readonly chain: Chain;
  /** May name environment variables, `${RPC_URL}`; their values are in no state. */
  readonly rpcUrl: pulumi.Input<string>;
  readonly sender: Sender;
}
