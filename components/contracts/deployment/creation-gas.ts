import { type Abi, type Hex, type PublicClient, size } from "viem";
import { ChainfleetError } from "../../error";
import type { Job } from "../lane/job";
import {
  creationGasBound,
  gasAboveBlockLimit,
  leastCreationGas,
  needsMoreThanBlock,
  type SimulatedTransaction,
  withMargin,
} from "../rpc/gas";
import { isOutage, nodeMessage } from "../rpc/refusal";
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
 * same block, or because this process has not begun with them. A second question while nothing is missing means that the
 * transaction with the bound was reverted although the dependencies exist, so a failure is final.
 *
 * @returns a function that asks the node. The function throws a ChainfleetError if the constructor reverts for a reason
 *   of its own, or if no block of the chain can hold the creation.
 */
export function creationGas(planned: PlannedTransaction, transaction: SimulatedTransaction): Job["gas"] {
  const { name, chain, artifact, after, client } = planned;
  const runtimeBytes = size(artifact.runtimeCode);
  let wasBounded = false;
  return async (missing) => {
    const { gasLimit } = await client.getBlock();
    const needed = leastCreationGas(transaction.data, runtimeBytes);
    if (needed > gasLimit) {
      throw gasAboveBlockLimit(name, chain, { needed, limit: gasLimit });
    }
    try {
      return withMargin(await client.estimateGas(transaction), gasLimit);
    } catch (error) {
      if (isOutage(error)) {
        throw error;
      }
      if (await needsMoreThanBlock(client, transaction, gasLimit)) {
        throw gasAboveBlockLimit(name, chain, { limit: gasLimit });
      }
      if (missing.length === 0 && (after.length === 0 || wasBounded)) {
        throw await creationFails(planned, error as Error, wasBounded);
      }
      wasBounded = missing.length === 0;
      return withMargin(creationGasBound(transaction.data, runtimeBytes), gasLimit);
    }
  };
}

/** @param wasPaid whether a transaction with the upper bound was sent before and reverted. */
async function creationFails(
  { name, chain, initCode, artifact: { abi }, client }: PlannedTransaction,
  error: Error,
  wasPaid: boolean,
): Promise<ChainfleetError> {
  const spent = wasPaid
    ? "One transaction was paid for, because the node could not tell before."
    : "Nothing was sent.";
  if (revertReason(error, abi) === undefined) {
    return new ChainfleetError({
      code: "CREATION_FAILS",
      summary: `${name} on ${chain}: the node cannot execute the creation: ${nodeMessage(error)}. ${spent}`,
      next: "The constructor neither succeeds nor reverts, as with an instruction that the chain's fork does not have. Compile for the chain's fork (evm_version in foundry.toml), or use another endpoint.",
      cause: error,
    });
  }
  return new ChainfleetError({
    code: "CONSTRUCTOR_REVERTS",
    summary: `${name} on ${chain}: its constructor reverts: ${await constructorReason(client, initCode, abi)}. ${spent}`,
    next: "Correct the constructor's arguments: their types are right, but the contract does not accept their values.",
  });
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
