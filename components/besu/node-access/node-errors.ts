/**
 * Why a node did not answer. The reason completes a sentence that begins with the node's name and "does not answer: ". It is
 * part of a result more often than it ends a command, so it is no `ChainfleetError`.
 */
export class NodeUnreachable extends Error {
  /**
   * @param reason without a full stop.
   * @param status of the API server's refusal; 404 if there is no such pod.
   */
  constructor(
    readonly reason: string,
    readonly status?: number,
  ) {
    super(reason);
    this.name = "NodeUnreachable";
  }
}

/** A node's refusal of a request, with the code and the words of the node. */
export class RpcRefusal extends Error {
  constructor(
    readonly method: string,
    readonly code: number,
    readonly answer: string,
  ) {
    super(`${method}: ${answer} (${code})`);
    this.name = "RpcRefusal";
  }
}
