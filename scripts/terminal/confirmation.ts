import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { ChainfleetError } from "../../components/error";

/** What a person is asked to confirm. */
export interface Deletion {
  /** The command that deletes. @example "down" */
  readonly command: string;
  /** What the command deletes. @example "everything that the stack "dev" has created" */
  readonly what: string;
  /** The name of the stack, which the person types to confirm. */
  readonly stack: string;
}

/**
 * Asks the person at the terminal to type the stack's name before something is deleted.
 *
 * @throws ChainfleetError `CONFIRMATION_REFUSED` if the answer is not the stack's name, `CONFIRMATION_IMPOSSIBLE` if
 *   no terminal is attached.
 */
export function confirmDeletion({ command, what, stack }: Deletion): Promise<void> {
  return confirm({ command, effect: `deletes ${what}`, stack });
}

/** What a command does that a person is asked to confirm. */
export interface Effect extends Pick<Deletion, "command" | "stack"> {
  /** Completes a sentence that begins with the command. @example "moves 24 resources to the stack of eastus" */
  readonly effect: string;
}

/**
 * Asks the person at the terminal to type the stack's name before a command takes effect.
 *
 * @throws ChainfleetError `CONFIRMATION_REFUSED` if the answer is not the stack's name, `CONFIRMATION_IMPOSSIBLE` if
 *   no terminal is attached.
 */
export async function confirm({ command, effect, stack }: Effect): Promise<void> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new ChainfleetError({
      code: "CONFIRMATION_IMPOSSIBLE",
      summary: `The command ${command} ${effect}, and there is no terminal at which to ask for confirmation. Nothing was changed.`,
      next: "To go on without confirmation, add --yes.",
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl+C and Ctrl+D close the terminal interface without an answer.
  const answer = await Promise.race([
    terminal.question(`This ${effect}. To continue, type the stack's name: `),
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
