import { styleText } from "node:util";
import type { ChainfleetError } from "../../components/error";

/**
 * An error as the person at the terminal sees it: the code, the summary and the next step, each on lines of its own.
 *
 * @param stream where the text will be written. The code is red if the stream is a terminal.
 */
export function errorText(
  { code, summary, next }: Pick<ChainfleetError, "code" | "summary" | "next">,
  stream: NodeJS.WritableStream,
): string {
  // The declared type of the option lacks the general writable stream that Node accepts.
  const options = { stream: stream as NodeJS.WriteStream };
  return [styleText("red", code, options), summary, ...(next === undefined ? [] : [next])].join("\n");
}

/** An error as `--json` prints it: one line, `{"error":{"code","summary","next"}}`; `next` only if there is one. */
export function errorJson({
  code,
  summary,
  next,
}: Pick<ChainfleetError, "code" | "summary" | "next">): string {
  return JSON.stringify({ error: { code, summary, next } });
}
