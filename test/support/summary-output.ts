import type { Summary } from "../../scripts/run/summary";
import type { CommandResult } from "./command";

/**
 * The summary that `chainfleet up` or `chainfleet down` printed with `--json`.
 *
 * @throws Error with the whole output if the command printed an error, or no JSON.
 */
export function summaryIn({ stdout, output }: Pick<CommandResult, "stdout" | "output">): Summary {
  const printed = parsed(stdout);
  if (typeof printed !== "object" || printed === null || "error" in printed) {
    throw new Error(`The command printed no summary:\n${output}`);
  }
  return printed as Summary;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
