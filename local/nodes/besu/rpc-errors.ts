/**
 * A refusal, with Besu's code and words: RpcErrorType.java in https://github.com/hyperledger/besu (3fd224e,
 * ethereum/api/src/main/java/org/hyperledger/besu/ethereum/api/jsonrpc/internal/response).
 */
export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export const PARSE_ERROR = new RpcError(-32700, "Parse error");
export const INVALID_REQUEST = new RpcError(-32600, "Invalid Request");
export const METHOD_NOT_FOUND = new RpcError(-32601, "Method not found");
export const METHOD_NOT_ENABLED = new RpcError(-32604, "Method not enabled");
export const UNKNOWN_BLOCK = new RpcError(-39001, "Unknown block");
export const P2P_NETWORK_NOT_RUNNING = new RpcError(-32000, "P2P network is not running");
export const TOO_LARGE_BATCH = new RpcError(-32005, "Number of requests exceeds max batch size");
export const INVALID_PARAM_COUNT = new RpcError(-32602, "Invalid number of params");
export const INVALID_PARAMS = new RpcError(-32602, "Invalid params");
export const INVALID_BLOCK_PARAMS = new RpcError(-32602, "Invalid block param (block not found)");
export const INVALID_TRANSACTION_PARAMS = new RpcError(
  -32602,
  "Invalid transaction params (missing or incorrect)",
);
export const KNOWN_TRANSACTION = new RpcError(-32000, "Known transaction");
export const WRONG_CHAIN_ID = new RpcError(-32000, "Wrong chainId");
export const NONCE_TOO_LOW = new RpcError(-32001, "Nonce too low");
export const EXCEEDS_BLOCK_GAS_LIMIT = new RpcError(-32005, "Transaction gas limit exceeds block gas limit");

/** @param what as RpcErrorType has it. @example "address" */
export function invalidParams(what: string): RpcError {
  return new RpcError(-32602, `Invalid ${what} params`);
}
