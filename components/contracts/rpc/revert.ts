import { type Abi, BaseError, decodeErrorResult, ExecutionRevertedError, type Hex, isHex } from "viem";

/** The errors that Solidity itself throws. */
const BUILT_IN = ["Error", "Panic"];

/** A Safe says only numbers. */
const SAFE_CODE = /^GS\d{3}$/;
const SAFE_CODES = "https://github.com/safe-global/safe-smart-account/blob/v1.4.1/docs/error_codes.md";

/**
 * Why a transaction would be reverted, as its contract says it: `AlreadyConnected("0x…")`, or the text of a
 * `require`. Undefined if the error is none of a contract's: then the node has not answered.
 *
 * @param error of an estimate or a call.
 * @param abi with the errors that the contract knows.
 */
export function revertReason(error: unknown, abi: Abi): string | undefined {
  if (!(error instanceof BaseError)) {
    return undefined;
  }
  const data = revertData(error);
  if (!isReverted(error) && data === undefined) {
    return undefined;
  }
  return decoded(data, abi) ?? (data === undefined ? "it gives no reason" : `error ${data}`);
}

/** Whether the node says that a contract reverted. */
export function isReverted(error: unknown): boolean {
  return error instanceof BaseError && error.walk((one) => one instanceof ExecutionRevertedError) !== null;
}

/** What the contract returned; nodes put it into the error in one of two ways. */
function revertData(error: BaseError): Hex | undefined {
  const { data } = error.walk() as { data?: unknown };
  const given = typeof data === "object" && data !== null ? (data as { data?: unknown }).data : data;
  return isHex(given) && given !== "0x" ? given : undefined;
}

function decoded(data: Hex | undefined, abi: Abi): string | undefined {
  if (data === undefined) {
    return undefined;
  }
  try {
    const { errorName, args = [] } = decodeErrorResult({ abi, data });
    return BUILT_IN.includes(errorName)
      ? `"${args.join(", ")}"${SAFE_CODE.test(String(args[0])) ? ` (${SAFE_CODES})` : ""}`
      : `${errorName}(${args.map((value) => String(value)).join(", ")})`;
  } catch {
    return undefined;
  }
}
