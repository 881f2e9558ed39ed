import type { Address } from "viem";
import { invalidParams, type RpcError, UNKNOWN_BLOCK } from "./rpc-errors";

/**
 * The number of a block parameter: BlockParameter.java takes a tag or what Java's Long.decode takes. QBFT has no finalized and
 * no safe block, so AbstractBlockParameterMethod refuses these tags.
 *
 * @returns "latest" and "pending" as they are.
 * @throws RpcError
 */
export function blockParameter(value: unknown, refusal: RpcError): number | "latest" | "pending" {
  const text = typeof value === "string" ? value.toLowerCase() : undefined;
  if (text === "latest" || text === "pending") {
    return text;
  }
  if (text === "earliest") {
    return 0;
  }
  if (text === "finalized" || text === "safe") {
    throw UNKNOWN_BLOCK;
  }
  if (text === undefined || !/^(0x[0-9a-f]+|\d+)$/.test(text)) {
    throw refusal;
  }
  return Number(text);
}

/** @throws RpcError */
export function addressParameter(value: unknown): Address {
  if (typeof value !== "string" || !/^(0x)?[0-9a-f]{40}$/i.test(value)) {
    throw invalidParams("address");
  }
  return `0x${value.replace(/^0x/i, "").toLowerCase()}`;
}

/** @throws RpcError */
export function booleanParameter(value: unknown, refusal: RpcError): boolean {
  if (typeof value !== "boolean") {
    throw refusal;
  }
  return value;
}

export function quantity(number: number): `0x${string}` {
  return `0x${number.toString(16)}`;
}
