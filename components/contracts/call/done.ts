import {
  type AbiParameter,
  type Address,
  decodeAbiParameters,
  encodeAbiParameters,
  type Hex,
  type PublicClient,
} from "viem";
import { isReverted } from "../rpc/revert";

/** A view function to call, and the return values that show that a call's effect is on the chain. */
export interface DoneQuestion {
  readonly to: Address;
  readonly data: Hex;
  /** ABI types of all return values. */
  readonly types: readonly string[];
  /** Expected return values, ABI-encoded; `index` is the position among the return values. */
  readonly wanted: readonly { readonly index: number; readonly value: Hex }[];
}

/** True if the view returns the expected values; false if the view reverts or there is no contract. */
export async function isDone(client: PublicClient, question: DoneQuestion): Promise<boolean> {
  const answer = await callView(client, question);
  return answer !== undefined && differences(question, answer).length === 0;
}

/** How the view's answer differs from the expected values, for people. @example "it returns 42, not 99" */
export async function difference(client: PublicClient, question: DoneQuestion): Promise<string> {
  const answer = await callView(client, question);
  return answer === undefined
    ? "the view reverts or returns nothing"
    : differences(question, answer).join(", ") || "the view returns the expected values only now";
}

/** The view's answer; undefined if the view reverts or there is no contract. */
async function callView(client: PublicClient, { to, data }: DoneQuestion): Promise<Hex | undefined> {
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
