import { Command, InvalidArgumentError } from "commander";
import { ChainfleetError } from "../components/error";
import { confirmDeletion } from "./confirmation";
import { type OperationOptions, operate } from "./operation";

const program = new Command("chainfleet")
  .description("Deploys and operates blockchain networks over many cloud regions.")
  .version((require("../package.json") as { version: string }).version)
  .showHelpAfterError();

operation("up", "Create or change what the stack's config describes.").action(
  async (options: OperationOptions) => {
    process.exitCode = await operate("up", options);
  },
);
operation("down", "Delete everything that the stack made.")
  .option("-y, --yes", "do not ask before", false)
  .action(async ({ yes, ...options }: OperationOptions & { readonly yes: boolean }) => {
    if (!yes) {
      await confirmDeletion(options.stack);
    }
    process.exitCode = await operate("destroy", options);
  });

const contracts = program.command("contracts").description("Shows and verifies the contracts of a stack.");
onStack(contracts.command("list"))
  .description("The contracts by chain: address, block, transaction, verified or why not.")
  .action(async (options: StackOptions) => {
    const { list } = require("./contracts/list") as typeof import("./contracts/list");
    process.exitCode = await list(options);
  });
onStack(contracts.command("verify"))
  .description("Verifies contracts, all or those named, at the explorers of the config.")
  .argument("[names...]", "the contracts' names")
  .action(async (names: string[], options: StackOptions) => {
    const { verify } = require("./contracts/verify") as typeof import("./contracts/verify");
    process.exitCode = await verify(names, options);
  });
onStack(contracts.command("gas"))
  .description("What up would still send on each chain, its gas and cost, and whether the sender can pay.")
  .action(async (options: StackOptions) => {
    const { gas } = require("./contracts/gas") as typeof import("./contracts/gas");
    process.exitCode = await gas(options);
  });

program.parseAsync().catch((error: unknown) => {
  if (error instanceof ChainfleetError && process.env.CHAINFLEET_STACK_TRACE === undefined) {
    process.stderr.write(`${error.message}\n`);
  } else {
    console.error(error);
  }
  process.exitCode = 1;
});

interface StackOptions {
  readonly stack: string;
  readonly json: boolean;
}

function onStack(command: Command): Command {
  return command
    .requiredOption("-s, --stack <name>", "the stack: Pulumi.<name>.yaml", process.env.PULUMI_STACK)
    .option("--json", "print the result as JSON", false);
}

function operation(name: string, description: string): Command {
  return onStack(program.command(name))
    .description(description)
    .option("-p, --parallel <n>", "how many operations may be under way at once", wholeNumber, 128);
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new InvalidArgumentError("It must be a number from 1 to 9999.");
  }
  return Number(text);
}
