import { Command } from "commander";
import { ChainfleetError } from "../components/error";
import { addCommands } from "./command-line";
import { errorJson, errorText } from "./terminal/error-layout";

const program = new Command("chainfleet")
  .description("Deploys and operates blockchain networks in many cloud regions.")
  .version((require("../package.json") as { version: string }).version)
  .showHelpAfterError();
let printsJson = false;
program.hook("preAction", (_, command) => {
  printsJson = command.opts<{ readonly json?: boolean }>().json === true;
});
addCommands(program);

// A reader such as head may close the pipe before the whole output is written.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") {
    throw error;
  }
});

program.parseAsync().catch((error: unknown) => {
  if (printsJson) {
    process.stdout.write(`${errorJson(error instanceof ChainfleetError ? error : unexpected(error))}\n`);
  }
  if (!(error instanceof ChainfleetError) || process.env.CHAINFLEET_STACK_TRACE !== undefined) {
    console.error(error);
  } else if (!printsJson) {
    process.stderr.write(`${errorText(error, process.stderr)}\n`);
  }
  process.exitCode = 1;
});

/** Gives an unexpected error, which is a fault of this program, the form of all other errors in the JSON output. */
function unexpected(cause: unknown): ChainfleetError {
  const summary = cause instanceof Error ? cause.message : String(cause);
  return new ChainfleetError({ code: "UNEXPECTED_ERROR", summary, cause });
}
