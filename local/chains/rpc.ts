/** The error with which a node answered a JSON-RPC call. */
export class RpcError extends Error {
  constructor(
    readonly method: string,
    readonly code: number,
    message: string,
  ) {
    super(`${method}: ${message}`);
  }
}

/**
 * One JSON-RPC call over HTTP.
 *
 * @throws RpcError if the node answers with an error; another Error if the node does not answer
 */
export async function rpc<Result>(
  url: string,
  method: string,
  params: readonly unknown[] = [],
  timeoutSeconds = 30,
): Promise<Result> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
  });
  const { result, error } = (await response.json()) as {
    result: Result;
    error?: { code: number; message: string };
  };
  if (error !== undefined) {
    throw new RpcError(method, error.code, error.message);
  }
  return result;
}
