import {
  type Abi,
  type AbiFunction,
  decodeFunctionData,
  encodeAbiParameters,
  type Hex,
  isAddress,
  parseAbi,
  slice,
  toFunctionSelector,
  toFunctionSignature,
} from "viem";
import type { DoneQuestion } from "./done";

/** An argument of a call whose value the config has changed, in words. */
export interface ChangedArgument {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

/** A call's transaction, and the question that shows whether the call was made. */
interface AskedCall {
  readonly data: Hex;
  readonly done: DoneQuestion;
}

/**
 * The arguments that differ between two versions of a call, without those whose new value the new question asks for. If the
 * question is the same, no changed argument is asked for.
 *
 * @param abi of the called contract. A call through a Safe is looked at inside the Safe's transaction.
 */
export function unseenArguments(abi: Abi, before: AskedCall, after: AskedCall): ChangedArgument[] {
  const old = decoded(abi, before.data);
  const now = decoded(abi, after.data);
  if (old === undefined || now === undefined || old.signature !== now.signature) {
    return sameQuestion(before, after) && old?.signature !== now?.signature
      ? [{ name: "the function", from: old?.signature ?? before.data, to: now?.signature ?? after.data }]
      : [];
  }
  const isSeen = sameQuestion(before, after) ? () => false : (value: Hex) => asksFor(after.done, value);
  return now.values.flatMap(({ name, encoded, text }, index) => {
    const earlier = old.values[index];
    return earlier === undefined || earlier.encoded === encoded || isSeen(encoded)
      ? []
      : [{ name, from: earlier.text, to: text }];
  });
}

function sameQuestion(before: AskedCall, after: AskedCall): boolean {
  return JSON.stringify(before.done) === JSON.stringify(after.done);
}

/** Whether a question has a value among its arguments or its expected answers. */
function asksFor({ data, wanted }: DoneQuestion, value: Hex): boolean {
  return [data, ...wanted.map((one) => one.value)].some((hex) => hex.includes(value.slice(2)));
}

interface DecodedCall {
  readonly signature: string;
  readonly values: readonly { readonly name: string; readonly encoded: Hex; readonly text: string }[];
}

function decoded(abi: Abi, data: Hex): DecodedCall | undefined {
  const inner = innerData(data);
  const entry = abi.find(
    (item): item is AbiFunction =>
      item.type === "function" && toFunctionSelector(item) === slice(inner, 0, 4),
  );
  if (entry === undefined) {
    return undefined;
  }
  const { args = [] } = decodeFunctionData({ abi: [entry], data: inner }) as { args?: readonly unknown[] };
  return {
    signature: toFunctionSignature(entry),
    values: entry.inputs.map((parameter, index) => ({
      name: parameter.name || `argument ${index + 1}`,
      encoded: withoutOffset(encodeAbiParameters([parameter], [args[index]]), parameter.type),
      text: JSON.stringify(args[index], (_, value) =>
        typeof value === "bigint" ? String(value) : value,
      ).replace(/^"(.*)"$/, "$1"),
    })),
  };
}

/** Values of no fixed length begin with the place where they are, which says nothing about the value. */
function withoutOffset(encoded: Hex, type: string): Hex {
  return /^(bytes|string)$|\[/.test(type) ? slice(encoded, 32) : encoded;
}

/** The data of the call that a Safe is to make; the data itself if it is not for a Safe. */
function innerData(data: Hex): Hex {
  try {
    const [target, , inner] = decodeFunctionData({ abi: SAFE, data }).args;
    return isAddress(target) && inner.length >= 10 ? inner : data;
  } catch {
    return data;
  }
}

const SAFE = parseAbi([
  "function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)",
]);
