import { type Abi, BaseError, decodeErrorResult, ExecutionRevertedError, type Hex, isHex } from "viem";

/** The errors that Solidity itself raises. */
const BUILT_IN = ["Error", "Panic"];

/** A Safe reverts with a code instead of a text. */
const SAFE_CODE = /^GS\d{3}$/;
const SAFE_CODES = "https://github.com/safe-global/safe-smart-account/blob/v1.4.1/docs/error_codes.md";

/**
 * The reason that the contract gives for a revert: `AlreadyConnected("0x…")`, or the text of a `require`. Undefined if
 * no contract reverted, so the error comes from the node or the network.
 *
 * @param error thrown by an estimate or a call.
 * @param abi of the contract, with its errors.
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

/** Whether the error says that a contract reverted. */
export function isReverted(error: unknown): boolean {
  return (
    error instanceof BaseError && error.walk((cause) => cause instanceof ExecutionRevertedError) !== null
  );
}

/** The data that the contract returned. Nodes put the data either into `data` or into `data.data`. */
function revertData(error: BaseError): Hex | undefined {
  const { data } = error.walk() as { data?: unknown };
  const returned = typeof data === "object" && data !== null ? (data as { data?: unknown }).data : data;
  return isHex(returned) && returned !== "0x" ? returned : undefined;
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
