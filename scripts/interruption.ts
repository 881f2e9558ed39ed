import type { ChainfleetError } from "../components/error";
import { errorJson, errorText } from "./terminal/error-layout";

/** The exit code of a command that the user has interrupted. */
export const INTERRUPTED = 130;

/**
 * Ends the process when the user presses Ctrl+C or the process is asked to terminate. What goes on in AWS goes on; the
 * error says what that is.
 *
 * @param describe makes the error at the time of the interruption.
 * @returns a function that ends the handling.
 */
export function endWhenInterrupted(
  { json }: { readonly json: boolean },
  describe: () => ChainfleetError,
): () => void {
  return onInterrupt(() => endProcess({ json }, describe()));
}

/** Prints an error and ends the process with the exit code of an interrupted command. */
export function endProcess(options: { readonly json: boolean }, error: ChainfleetError): never {
  printError(options, error);
  process.exit(INTERRUPTED);
}

/** Prints an error as text, or as JSON on standard output. */
export function printError({ json }: { readonly json: boolean }, error: ChainfleetError): void {
  if (json) {
    process.stdout.write(`${errorJson(error)}\n`);
  } else {
    process.stderr.write(`${errorText(error, process.stderr)}\n`);
  }
}

/** Calls a function at each Ctrl+C and each request to terminate. @returns a function that ends this. */
export function onInterrupt(handle: () => void): () => void {
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return () => {
    process.off("SIGINT", handle);
    process.off("SIGTERM", handle);
  };
}
