import { type Address, decodeFunctionResult, encodeFunctionData, type Hex, hexToNumber } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { VALIDATOR_CONTRACT, VALIDATOR_CONTRACT_ABI, voteGas } from "../genesis/validator-contract";
import { RpcRefusal } from "../node-access/node-errors";
import type { Ballot, Voter } from "./ballot";
import type { VoteStep } from "./plan";

/**
 * The ballot of a chain whose validators a contract selects: a validator votes by transactions of its own account, signed with its
 * node's key, which its node takes.
 *
 * The transactions of a ballot have the nonces that follow those in blocks when the ballot was read. So a ballot that is cast
 * again before a block has it is the same transaction, which the node knows; other votes take its place; and votes that were in a block
 * meanwhile keep these from being sent at all.
 */
export async function contractBallot({ address, node, answer, privateKey }: Voter): Promise<Ballot> {
  const answers = await node.callAll([
    { method: "eth_call", params: [{ to: VALIDATOR_CONTRACT, data: GET_PROPOSALS }, "latest"] },
    { method: "eth_getTransactionCount", params: [address, "latest"] },
    { method: "eth_getTransactionCount", params: [address, "pending"] },
  ]);
  const refusal = answers.find((one) => one instanceof RpcRefusal);
  if (refusal !== undefined) {
    throw refusal;
  }
  const [open, latest, pending] = answers as [Hex, Hex, Hex];
  const nonce = hexToNumber(latest);
  return {
    proposals: proposalsOf(address, open),
    isUnderway: hexToNumber(pending) > nonce,
    cast: async (steps) => {
      const account = privateKeyToAccount(await privateKey());
      if (account.address.toLowerCase() !== address) {
        throw new Error(`the key that its cluster has is that of ${account.address}, and not of ${address}`);
      }
      for (const [index, step] of steps.entries()) {
        const transaction = await account.signTransaction({
          ...VOTE,
          chainId: answer.chainId,
          nonce: nonce + index,
          gas: BigInt(voteGas(answer.validators.length)),
          data: dataOf(step),
        });
        await node.call("eth_sendRawTransaction", transaction).catch(unlessUnderway);
      }
    },
  };
}

/**
 * Gas is free on the chains of this program. At a price of zero, a transaction of this type takes the place of another with its nonce
 * (TransactionReplacementByGasPriceRule in https://github.com/hyperledger/besu, 3fd224e).
 */
const VOTE = { type: "legacy", to: VALIDATOR_CONTRACT, gasPrice: 0n } as const;

const GET_PROPOSALS = encodeFunctionData({ abi: VALIDATOR_CONTRACT_ABI, functionName: "getProposals" });

function proposalsOf(voter: Address, open: Hex): ReadonlyMap<Address, boolean> {
  const proposals = decodeFunctionResult({
    abi: VALIDATOR_CONTRACT_ABI,
    functionName: "getProposals",
    data: open,
  });
  return new Map(
    proposals
      .filter(({ voters }) => voters.some((one) => one.toLowerCase() === voter))
      .map(({ subject, add }) => [subject.toLowerCase() as Address, add]),
  );
}

function dataOf(step: VoteStep): Hex {
  return step.kind === "propose"
    ? encodeFunctionData({
        abi: VALIDATOR_CONTRACT_ABI,
        functionName: "propose",
        args: [step.subject, step.add],
      })
    : encodeFunctionData({ abi: VALIDATOR_CONTRACT_ABI, functionName: "withdraw", args: [step.subject] });
}

/** Besu's answers for a transaction that it has, and for one whose nonce is in a block: RpcErrorType. */
function unlessUnderway(error: unknown): void {
  const isUnderway = error instanceof RpcRefusal && /Known transaction|Nonce too low/i.test(error.message);
  if (!isUnderway) {
    throw error;
  }
}
