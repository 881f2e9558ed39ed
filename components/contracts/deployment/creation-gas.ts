import { size } from "viem";
import { ChainfleetError } from "../../error";
import { type Job, UnsettledError } from "../lane/job";
import { hasCode } from "../rpc/code";
import { creationGasBound, type SimulatedTransaction, withMargin } from "../rpc/gas";
import { type Creation, creationOutlook } from "./creation-outlook";
import type { Dependency } from "./strategy";

/** A contract whose creation is about to be sent. */
export interface PlannedTransaction extends Creation {
  readonly after: readonly Dependency[];
}

/**
 * The gas of a creation: a fifth more than the node estimates, or an upper bound while contracts that the constructor calls
 * are on their way into the same block. A creation that fails although nothing is on its way is not sent.
 *
 * @returns a function that asks the node, as a lane does.
 */
export function creationGas(planned: PlannedTransaction, transaction: SimulatedTransaction): Job["gas"] {
  const { artifact, after, client } = planned;
  let wasSent = false;
  let failures = 0;
  return async (onTheirWay) => {
    const outlook = await creationOutlook(planned, transaction);
    const { kind, blockGasLimit } = outlook;
    if (kind === "succeeds") {
      return withMargin(outlook.gas, blockGasLimit);
    }
    const error = outlook.problem.error(
      // The lane asks again only after the transaction was reverted.
      wasSent ? "One transaction was paid for, because the node could not tell before." : "Nothing was sent.",
    );
    if (kind === "impossible") {
      throw error;
    }
    if (onTheirWay.length > 0) {
      wasSent = true;
      return creationGasBound(transaction.data, size(artifact.runtimeCode), blockGasLimit);
    }
    const isThere = await Promise.all(after.map(({ address }) => hasCode(client, address)));
    const absent = after.filter((_, index) => isThere[index] === false);
    if (absent.length > 0) {
      throw new UnsettledError(dependenciesAbsent(planned, absent));
    }
    failures += 1;
    // One endpoint may have several nodes behind it, of which one does not have the latest block yet.
    throw after.length > 0 && failures < MOST_FAILURES ? new UnsettledError(error) : error;
  };
}

/** Failed estimates of a creation whose dependencies are on the chain before the failure is believed. */
const MOST_FAILURES = 6;

/** Contracts that the constructor may call are neither on the chain nor about to be. */
function dependenciesAbsent(
  { name, chain }: PlannedTransaction,
  absent: readonly Dependency[],
): ChainfleetError {
  const names = absent.map((dependency) => `${dependency.name} (${dependency.address})`).join(", ");
  return new ChainfleetError({
    code: "DEPENDENCY_ABSENT",
    summary: `${name} on ${chain}: its constructor reverts, and ${names} ${absent.length === 1 ? "is" : "are"} not on the chain, nor on the way to it. Nothing was sent.`,
    next: "Run again when what failed before is corrected. If the chain was reset, let the state follow the chain first, with pulumi refresh.",
  });
}
