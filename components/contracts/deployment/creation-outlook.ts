import { type Abi, type Hex, type PublicClient, size } from "viem";
import { ChainfleetError } from "../../error";
import type { Artifact } from "../build/artifact";
import {
  gasAboveBlockLimit,
  leastCreationGas,
  needsMoreThanBlock,
  type SimulatedTransaction,
} from "../rpc/gas";
import { isOutage, nodeMessage } from "../rpc/refusal";
import { revertReason } from "../rpc/revert";
import { instructionsIn, instructionsLackedBy } from "./instructions";

/** A creation about which a node is asked. */
export interface Creation {
  /** The deployment's and the chain's name, for messages. */
  readonly name: string;
  readonly chain: string;
  /** Creation code followed by the encoded arguments. */
  readonly initCode: Hex;
  readonly artifact: Pick<Artifact, "abi" | "creationCode" | "runtimeCode" | "metadata">;
  readonly client: PublicClient;
}

/** What the node says about a creation as things are now. */
export type CreationOutlook = { readonly blockGasLimit: bigint } & (
  | { readonly kind: "succeeds"; readonly gas: bigint }
  /** The chain can never execute the creation. */
  | { readonly kind: "impossible"; readonly problem: CreationProblem }
  /** The creation fails, perhaps only because a contract that the constructor calls is not on the chain yet. */
  | { readonly kind: "fails"; readonly problem: CreationProblem }
);

/** Why a creation fails. */
export interface CreationProblem {
  /** Without the contract's name. @example "its constructor reverts: \"GS201\"" */
  readonly reason: string;
  /** @param spent a sentence about what was paid. */
  error(spent: string): ChainfleetError;
}

/**
 * Asks a node what would become of a creation. `chainfleet contracts gas` and `up` ask the same questions, so that both
 * know the same.
 *
 * @throws if the node does not answer.
 */
export async function creationOutlook(
  creation: Creation,
  transaction: SimulatedTransaction,
): Promise<CreationOutlook> {
  const { name, chain, client, artifact } = creation;
  const [{ gasLimit: blockGasLimit }, lacked] = await Promise.all([
    client.getBlock(),
    instructionsLackedBy(client),
  ]);
  const impossible = (problem: CreationProblem) => ({ kind: "impossible", blockGasLimit, problem }) as const;
  const missing = instructionsIn(artifact).filter((instruction) => lacked.has(instruction.name));
  if (missing.length > 0) {
    return impossible(lacksInstructions(creation, missing));
  }
  const tooMuchGas = (needed?: bigint): CreationProblem => ({
    reason: `it needs more gas than a block of the chain holds (${blockGasLimit.toLocaleString("en-US")})`,
    error: () =>
      gasAboveBlockLimit(name, chain, {
        limit: blockGasLimit,
        ...(needed === undefined ? {} : { needed }),
      }),
  });
  const needed = leastCreationGas(transaction.data, size(artifact.runtimeCode));
  if (needed > blockGasLimit) {
    return impossible(tooMuchGas(needed));
  }
  try {
    return { kind: "succeeds", blockGasLimit, gas: await client.estimateGas(transaction) };
  } catch (error) {
    if (isOutage(error)) {
      throw error;
    }
    return (await needsMoreThanBlock(client, transaction, blockGasLimit))
      ? impossible(tooMuchGas())
      : { kind: "fails", blockGasLimit, problem: await failureOf(creation, transaction, error as Error) };
  }
}

function lacksInstructions(
  { name, chain }: Creation,
  missing: readonly { readonly name: string; readonly eip: number; readonly fork: string }[],
): CreationProblem {
  const used = missing.map((one) => `${one.name} (EIP-${one.eip}, ${one.fork})`).join(" and ");
  const reason = `its code uses ${used}, which the chain does not have`;
  return {
    reason,
    error: () =>
      new ChainfleetError({
        code: "CHAIN_LACKS_INSTRUCTIONS",
        summary: `${name} on ${chain}: ${reason}. Nothing was sent.`,
        next: "The arguments are not the reason. Compile for the chain's fork (evm_version in foundry.toml; other code has other addresses), or let the chain's operators activate the fork in the genesis.",
      }),
  };
}

async function failureOf(
  { name, chain, initCode, artifact: { abi }, client }: Creation,
  { to: _, ...creator }: SimulatedTransaction,
  cause: Error,
): Promise<CreationProblem> {
  if (revertReason(cause, abi) === undefined) {
    const reason = `the node cannot execute the creation: ${nodeMessage(cause)}`;
    return {
      reason,
      error: (spent) =>
        new ChainfleetError({
          code: "CREATION_FAILS",
          summary: `${name} on ${chain}: ${reason}. ${spent}`,
          next: "The constructor neither succeeds nor reverts, as with an invalid instruction. Inspect it with: cast run, or use another endpoint.",
          cause,
        }),
    };
  }
  const why = await constructorReason(client, { ...creator, data: initCode }, abi);
  return {
    reason: why,
    error: (spent) =>
      new ChainfleetError({
        code: "CONSTRUCTOR_REVERTS",
        summary: `${name} on ${chain}: its constructor reverts: ${why}. ${spent}`,
        next: "Correct the constructor's arguments: their types are right, but the contract does not accept their values.",
      }),
  };
}

/**
 * Why a constructor reverts. The creation is simulated as a plain one, because the deterministic deployer does not hand
 * on the reason.
 */
async function constructorReason(
  client: PublicClient,
  transaction: SimulatedTransaction,
  abi: Abi,
): Promise<string> {
  try {
    await client.call(transaction);
  } catch (error) {
    const reason = revertReason(error, abi);
    if (reason !== undefined) {
      return reason;
    }
  }
  return "the node does not say why";
}
