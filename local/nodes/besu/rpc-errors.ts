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

/** @param what as RpcErrorType has it. @example "address" */
export function invalidParams(what: string): RpcError {
  return new RpcError(-32602, `Invalid ${what} params`);
}
