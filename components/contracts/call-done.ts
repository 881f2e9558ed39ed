import {
  type AbiParameter,
  BaseError,
  decodeAbiParameters,
  ExecutionRevertedError,
  encodeAbiParameters,
  type Hex,
  type PublicClient,
} from "viem";
import type { DoneQuestion } from "./call-plan";

/** Whether the view returns what is wanted; one that reverts, or has no contract behind it, does not. */
export async function isDone(
  client: PublicClient,
  { to, data, types, wanted }: DoneQuestion,
): Promise<boolean> {
  let answer: Hex | undefined;
  try {
    ({ data: answer } = await client.call({ to, data }));
  } catch (error) {
    if (error instanceof BaseError && error.walk((one) => one instanceof ExecutionRevertedError)) {
      return false;
    }
    throw error;
  }
  if (answer === undefined || answer === "0x") {
    return false;
  }
  if (wanted.length === 0) {
    return true;
  }
  const parameters: readonly AbiParameter[] = types.map((type) => ({ type }));
  const values = decodeAbiParameters(parameters, answer);
  return wanted.every(
    ({ index, value }) => encodeAbiParameters([parameters[index] as AbiParameter], [values[index]]) === value,
  );
}
