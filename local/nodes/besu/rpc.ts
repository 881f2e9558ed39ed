import { METHODS } from "./methods";
import {
  INVALID_REQUEST,
  METHOD_NOT_ENABLED,
  METHOD_NOT_FOUND,
  PARSE_ERROR,
  RpcError,
  TOO_LARGE_BATCH,
} from "./rpc-errors";
import type { RunningNode } from "./running-node";

/** The answer to a request: an HTTP status and a JSON body. */
export interface RpcReply {
  readonly status: number;
  readonly body: string;
}

/**
 * Answers the body of a request: one call or a batch.
 * Sources: JsonRpcParserHandler.java, JsonRpcObjectExecutor.java, JsonRpcArrayExecutor.java and JsonRpcExecutor.java in
 * https://github.com/hyperledger/besu (3fd224e, ethereum/api/src/main/java/org/hyperledger/besu/ethereum/api).
 */
export function answer(node: RunningNode, text: string): RpcReply {
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch {
    return { status: 400, body: JSON.stringify(failed(null, PARSE_ERROR)) };
  }
  if (Array.isArray(request)) {
    if (request.length === 0) {
      return { status: 400, body: JSON.stringify(failed(null, INVALID_REQUEST)) };
    }
    const most = Number(node.options.get("rpc-http-max-batch-size") ?? 1024);
    return most > 0 && request.length > most
      ? { status: 400, body: JSON.stringify(failed(null, TOO_LARGE_BATCH)) }
      : { status: 200, body: JSON.stringify(request.map((call) => result(node, call))) };
  }
  const answered = result(node, request);
  const isInvalid = "error" in answered && answered.error.code === INVALID_REQUEST.code;
  return { status: isInvalid ? 400 : 200, body: JSON.stringify(answered) };
}

type Answer = {
  readonly jsonrpc: "2.0";
  readonly id: unknown;
} & ({ readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } });

function result(node: RunningNode, call: unknown): Answer {
  const { id = null, method, params = [] } = (call ?? {}) as Record<string, unknown>;
  if (typeof method !== "string" || !Array.isArray(params)) {
    return failed(id, INVALID_REQUEST);
  }
  try {
    return { jsonrpc: "2.0", id, result: implementation(node, method)(node, params) };
  } catch (error) {
    if (error instanceof RpcError) {
      return failed(id, error);
    }
    throw error;
  }
}

function failed(id: unknown, { code, message }: RpcError): Answer {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

/** @throws RpcError as Besu does for a method that it does not have, or that is not enabled. */
function implementation({ options }: RunningNode, method: string): (typeof METHODS)[string] {
  const api = APIS.get(method.split("_", 1)[0] ?? "");
  if (api === undefined) {
    throw METHOD_NOT_FOUND;
  }
  if (!options.apis.includes(api)) {
    throw METHOD_NOT_ENABLED;
  }
  const known = METHODS[method];
  if (known === undefined) {
    throw new RpcError(
      -32603,
      `${method} is not simulated: this is the local target's stand-in for a Besu node (docs/fidelity.md)`,
    );
  }
  return known;
}

/** The API of each prefix: RpcApis.java. */
const APIS: ReadonlyMap<string, string> = new Map([
  ["eth", "ETH"],
  ["net", "NET"],
  ["web3", "WEB3"],
  ["qbft", "QBFT"],
  ["admin", "ADMIN"],
  ["debug", "DEBUG"],
  ["trace", "TRACE"],
  ["txpool", "TXPOOL"],
  ["miner", "MINER"],
  ["perm", "PERM"],
  ["plugins", "PLUGINS"],
  ["ibft", "IBFT"],
  ["clique", "CLIQUE"],
]);
