import {
  type AbiParameter,
  type Address,
  decodeAbiParameters,
  encodeAbiParameters,
  type Hex,
  type PublicClient,
} from "viem";
import { isReverted } from "../rpc/revert";

/** A view to ask, and the part of its answer that counts. */
export interface DoneQuestion {
  readonly to: Address;
  readonly data: Hex;
  /** Wanted values, ABI-encoded, by their place among what the view returns, of which `types` are the types. */
  readonly types: readonly string[];
  readonly wanted: readonly { readonly index: number; readonly value: Hex }[];
}

/** Whether the view returns what is wanted; one that reverts, or has no contract behind it, does not. */
export async function isDone(client: PublicClient, question: DoneQuestion): Promise<boolean> {
  const answer = await ask(client, question);
  return answer !== undefined && differences(question, answer).length === 0;
}

/** What the view says instead of what is wanted, for people. @example "it returns 42, not 99" */
export async function difference(client: PublicClient, question: DoneQuestion): Promise<string> {
  const answer = await ask(client, question);
  return answer === undefined
    ? "the view that it asks reverts or returns nothing"
    : differences(question, answer).join(", ") || "it is now";
}

/** The view's answer; undefined if it reverts or there is no contract. */
async function ask(client: PublicClient, { to, data }: DoneQuestion): Promise<Hex | undefined> {
  try {
    const { data: answer = "0x" } = await client.call({ to, data });
    return answer === "0x" ? undefined : answer;
  } catch (error) {
    if (isReverted(error)) {
      return undefined;
    }
    throw error;
  }
}

function differences({ types, wanted }: DoneQuestion, answer: Hex): string[] {
  if (wanted.length === 0) {
    return [];
  }
  const parameters: readonly AbiParameter[] = types.map((type) => ({ type }));
  const values = decodeAbiParameters(parameters, answer);
  return wanted.flatMap(({ index, value }) => {
    const parameter = [parameters[index] as AbiParameter];
    return encodeAbiParameters(parameter, [values[index]]) === value
      ? []
      : [`it returns ${String(values[index])}, not ${String(decodeAbiParameters(parameter, value)[0])}`];
  });
}
