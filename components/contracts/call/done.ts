import {
  type AbiParameter,
  type Address,
  decodeAbiParameters,
  encodeAbiParameters,
  type Hex,
  type PublicClient,
  parseAbiParameter,
} from "viem";
import { isReverted } from "../rpc/revert";

/** A view function to call, and the return values that show that a call's effect is on the chain. */
export interface DoneQuestion {
  readonly to: Address;
  readonly data: Hex;
  /** ABI types of all return values; a struct is written as its fields. @example ["uint256", "(address,bool)[]"] */
  readonly types: readonly string[];
  /**
   * Expected return values, ABI-encoded; `index` is the position among the return values, `path` the positions in structs
   * below it.
   */
  readonly wanted: readonly {
    readonly index: number;
    readonly path?: readonly number[];
    readonly value: Hex;
  }[];
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
  const parameters = types.map((type) => parseAbiParameter(type) as AbiParameter);
  const values = decodeAbiParameters(parameters, answer);
  return wanted.flatMap(({ index, path = [], value }) => {
    const returned = path.reduce(fieldAt, {
      parameter: parameters[index] as AbiParameter,
      value: values[index],
    });
    const parameter = [returned.parameter];
    return encodeAbiParameters(parameter, [returned.value]) === value
      ? []
      : [`it returns ${text(returned.value)}, not ${text(decodeAbiParameters(parameter, value)[0])}`];
  });
}

/** A field of a struct whose fields have no names, which viem decodes as a list. */
function fieldAt(struct: { readonly parameter: AbiParameter; readonly value: unknown }, position: number) {
  const { components } = struct.parameter as { readonly components: readonly AbiParameter[] };
  return {
    parameter: components[position] as AbiParameter,
    value: (struct.value as readonly unknown[])[position],
  };
}

/** @example "[7, true]" */
function text(value: unknown): string {
  return Array.isArray(value) ? `[${value.map(text).join(", ")}]` : String(value);
}
