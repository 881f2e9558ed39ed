import { type Abi, type Address, type Hex, type PublicClient, size } from "viem";
import { ChainfleetError } from "../../error";
import { creationGasBound, withMargin } from "../rpc/gas";
import { revertReason } from "../rpc/revert";
import type { PendingDeployment } from "./strategy";

/** A contract whose creation is about to be sent. */
export type PlannedTransaction = Pick<
  PendingDeployment,
  "name" | "chain" | "initCode" | "after" | "client"
> & {
  readonly artifact: Pick<PendingDeployment["artifact"], "abi" | "runtimeCode">;
};

/**
 * The gas of a creation: a fifth more than the node estimates, or an upper bound where the node cannot estimate. A node
 * cannot estimate while contracts that the constructor calls are not on the chain yet, because they are deployed in the
 * same block. A second question means that the transaction with the bound was reverted; the dependencies exist by then,
 * so a revert is final.
 *
 * @returns a function that asks the node. The function throws a ChainfleetError if the constructor reverts for a reason
 *   of its own.
 */
export function creationGas(
  { name, chain, initCode, artifact, after, client }: PlannedTransaction,
  transaction: { readonly account?: Address; readonly to?: Address; readonly data: Hex },
): () => Promise<bigint> {
  let isRetry = false;
  return async () => {
    try {
      return withMargin(await client.estimateGas(transaction));
    } catch (error) {
      if (revertReason(error, artifact.abi) !== undefined && (after.length === 0 || isRetry)) {
        const reason = await constructorReason(client, initCode, artifact.abi);
        throw new ChainfleetError({
          code: "CONSTRUCTOR_REVERTS",
          summary: `${name} on ${chain}: its constructor reverts: ${reason}. ${isRetry ? "One transaction was paid for, because the node could not tell before." : "Nothing was sent."}`,
          next: "Correct the constructor's arguments: their types are right, but the contract does not accept their values.",
        });
      }
      isRetry = true;
      return creationGasBound(transaction.data, size(artifact.runtimeCode));
    }
  };
}

/**
 * Why a constructor reverts. The creation is simulated as a plain one, because the deterministic deployer does not hand
 * on the reason.
 */
export async function constructorReason(client: PublicClient, initCode: Hex, abi: Abi): Promise<string> {
  try {
    await client.call({ data: initCode });
  } catch (error) {
    const reason = revertReason(error, abi);
    if (reason !== undefined) {
      return reason;
    }
  }
  return "the node does not say why";
}
