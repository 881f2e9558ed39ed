import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { ChainfleetError } from "../components/error";

/**
 * Asks the person at the terminal to type the stack's name before everything that the stack has created is deleted.
 *
 * @throws ChainfleetError `CONFIRMATION_REFUSED` if the answer is not the stack's name, `CONFIRMATION_IMPOSSIBLE` if
 *   no terminal is attached.
 */
export async function confirmDeletion(stack: string): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new ChainfleetError({
      code: "CONFIRMATION_IMPOSSIBLE",
      summary: `The command down deletes everything that the stack "${stack}" has created, and there is no terminal at which to ask for confirmation. Nothing was changed.`,
      next: "To delete everything without confirmation, add --yes.",
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl+C and Ctrl+D close the terminal interface without an answer.
  const answer = await Promise.race([
    terminal.question(
      `This deletes everything that the stack "${stack}" has created. To continue, type the stack's name: `,
    ),
    once(terminal, "close").then(() => ""),
  ]);
  terminal.close();
  if (answer.trim() !== stack) {
    throw new ChainfleetError({
      code: "CONFIRMATION_REFUSED",
      summary: "The answer is not the name of the stack. Nothing was changed.",
    });
  }
}
