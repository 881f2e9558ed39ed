import { Command, InvalidArgumentError } from "commander";
import { ChainfleetError } from "../components/error";
import { confirmDeletion } from "./confirmation";
import { requireLocalTarget } from "./engine/local-target";
import { errorJson, errorText } from "./error-layout";
import { type OperationOptions, operate } from "./operation";

const program = new Command("chainfleet")
  .description("Deploys and operates blockchain networks in many cloud regions.")
  .version((require("../package.json") as { version: string }).version)
  .showHelpAfterError();

let printsJson = false;
program.hook("preAction", (_, command) => {
  printsJson = command.opts<StackOptions>().json;
});

operation("up", "Create or update everything that the stack's config describes.").action(
  async (options: OperationOptions) => {
    process.exitCode = await operate("up", options);
  },
);
operation("down", "Delete everything that the stack has created.")
  .option("-y, --yes", "delete without asking for confirmation", false)
  .action(async ({ yes, ...options }: OperationOptions & { readonly yes: boolean }) => {
    if (!yes) {
      await confirmDeletion(options.stack);
    }
    process.exitCode = await operate("destroy", options);
  });

const contracts = program
  .command("contracts")
  .description("Show and verify the contracts of a stack.")
  .hook("preAction", requireLocalTarget);
onStack(contracts.command("list"))
  .description(
    "List the contracts of each chain: address, block, transaction, and whether explorers have verified the contract.",
  )
  .action(async (options: StackOptions) => {
    const { list } = require("./contracts/list") as typeof import("./contracts/list");
    process.exitCode = await list(options);
  });
onStack(contracts.command("verify"))
  .description("Verify all contracts, or the named contracts, at the explorers that the config names.")
  .argument("[names...]", "the names of the contracts")
  .action(async (names: string[], options: StackOptions) => {
    const { verify } = require("./contracts/verify") as typeof import("./contracts/verify");
    process.exitCode = await verify(names, options);
  });
onStack(contracts.command("gas"))
  .description(
    "Show the transactions that up would send on each chain, their gas and cost, and whether the sender can pay.",
  )
  .action(async (options: StackOptions) => {
    const { gas } = require("./contracts/gas") as typeof import("./contracts/gas");
    process.exitCode = await gas(options);
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

interface StackOptions {
  readonly stack: string;
  readonly json: boolean;
}

function onStack(command: Command): Command {
  return command
    .requiredOption(
      "-s, --stack <name>",
      "the stack whose config is Pulumi.<name>.yaml",
      process.env.PULUMI_STACK,
    )
    .option("--json", "print the result as JSON on standard output", false);
}

function operation(name: string, description: string): Command {
  return onStack(program.command(name))
    .description(description)
    .option("-p, --parallel <n>", "how many resource operations may run at the same time", wholeNumber, 128);
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new InvalidArgumentError("The value must be a whole number from 1 to 9999.");
  }
  return Number(text);
}
