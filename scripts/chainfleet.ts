import { Command, InvalidArgumentError } from "commander";
import { ChainfleetError } from "../components/error";
import { type OperationOptions, operate } from "./operation";

const program = new Command("chainfleet")
  .description("Deploys and operates blockchain networks over many cloud regions.")
  .showHelpAfterError();

operation("up", "Create or change what the stack's config describes.");
operation("down", "Delete everything that the stack made.");

program.parseAsync().catch((error: unknown) => {
  if (error instanceof ChainfleetError && process.env.CHAINFLEET_STACK_TRACE === undefined) {
    process.stderr.write(`${error.message}\n`);
  } else {
    console.error(error);
  }
  process.exitCode = 1;
});

function operation(name: "up" | "down", description: string): void {
  program
    .command(name)
    .description(description)
    .requiredOption("-s, --stack <name>", "the stack: Pulumi.<name>.yaml", process.env.PULUMI_STACK)
    .option("-p, --parallel <n>", "how many operations may be under way at once", wholeNumber, 128)
    .option("--json", "print the summary as JSON", false)
    .action(async (options: OperationOptions) => {
      process.exitCode = await operate(name === "up" ? "up" : "destroy", options);
    });
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new InvalidArgumentError("It must be a number from 1 to 9999.");
  }
  return Number(text);
}
