import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { ChainfleetError } from "../components/error";

/**
 * Asks the person at the terminal for the stack's name before everything that it made is deleted.
 *
 * @throws ChainfleetError when the answer is another one, or nobody is there to be asked.
 */
export async function confirmDeletion(stack: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new ChainfleetError({
      code: "CONFIRMATION_IMPOSSIBLE",
      summary: `down deletes everything that the stack "${stack}" made, and nobody is at a terminal to be asked. Nothing was changed.`,
      next: "If that is what you want, say so with --yes.",
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl+C and Ctrl+D close it without an answer.
  const answer = await Promise.race([
    terminal.question(`This deletes everything that the stack "${stack}" made. Type its name to go on: `),
    once(terminal, "close").then(() => ""),
  ]);
  terminal.close();
  if (answer.trim() !== stack) {
    throw new ChainfleetError({ code: "CONFIRMATION_REFUSED", summary: "Nothing was changed." });
  }
}
