import { RpcRequestError } from "viem";
import type { Fee } from "../../../components/contracts/rpc/fee";

/** The refusals of a simulated node, as a kind of node words them. */
export interface Dialect {
  readonly known: NodeError;
  readonly nonceUsed: NodeError;
  readonly underpriced: NodeError;
  readonly poolFull: NodeError;
  readonly aboveBlockGasLimit: NodeError;
  /**
   * Whether a transaction replaces the one with its nonce in the mempool.
   *
   * @param old what the present transaction offers for a unit of gas, in wei.
   * @param offered what the new transaction offers.
   */
  replaces(old: Fee, offered: Fee): boolean;
}

/** An error of the JSON-RPC protocol. */
export interface NodeError {
  readonly code: number;
  readonly message: string;
}

/**
 * geth: core/txpool/errors.go and core/error.go; legacypool/list.go (Add) asks for more than before, and for ten percent
 * more, of the price and of the tip. https://github.com/ethereum/go-ethereum/tree/02b73d4ea7181464175e0a6cbecc0a3a2655a562
 */
export const GETH: Dialect = {
  known: { code: -32000, message: "already known" },
  nonceUsed: { code: -32000, message: "nonce too low" },
  underpriced: { code: -32000, message: "replacement transaction underpriced" },
  poolFull: { code: -32000, message: "txpool is full" },
  aboveBlockGasLimit: { code: -32000, message: "exceeds block gas limit" },
  replaces: (old, offered) =>
    (["max", "tip"] as const).every(
      (part) => offered[part] > old[part] && offered[part] >= (old[part] * 110n) / 100n,
    ),
};

/**
 * Besu: RpcErrorType, and TransactionReplacementByFeeMarketRule (isBumpedBy), which takes the same price again if the
 * price is zero. https://github.com/besu-eth/besu/tree/683880baa609111e6fee47ef1122dce7a76a154b
 */
export const BESU: Dialect = {
  known: { code: -32000, message: "Known transaction" },
  nonceUsed: { code: -32001, message: "Nonce too low" },
  underpriced: { code: -32000, message: "Replacement transaction underpriced" },
  poolFull: { code: -32000, message: "Transaction nonce is too distant from current sender nonce" },
  aboveBlockGasLimit: { code: -32005, message: "Transaction gas limit exceeds block gas limit" },
  replaces: (old, offered) => offered.max * 100n >= old.max * 110n,
};

/** The error as viem throws it. */
export function rpcError(error: NodeError): RpcRequestError {
  return new RpcRequestError({ body: {}, url: "http://node", error });
}
