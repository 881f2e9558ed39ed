import type { Command } from "commander";
import { Option } from "commander";
import { wholeNumber } from "../whole-number";
import type { RecoverOptions } from "./recover-keys";

/**
 * Adds the commands on keys to the program. Their modules are loaded only when they run.
 *
 * @param onStack adds the options that every command on a stack has.
 */
export function addKeysCommands(program: Command, onStack: (command: Command) => Command): void {
  const recover = program
    .command("recover")
    .description("Rebuild what a state has lost from what still runs.");
  onStack(recover.command("keys"))
    .description(
      "Take the validators' keys and the genesis out of the regions' clusters into a state that was lost. Changes the state alone.",
    )
    .option("--preview", "show what would be recovered, and recover nothing", false)
    .option("-y, --yes", "recover without asking for confirmation", false)
    .addOption(
      new Option("--timeout <seconds>", "the seconds after which a region's cluster counts as silent")
        .argParser(wholeNumber)
        .default(30),
    )
    .action(async (options: RecoverOptions) => {
      const { recoverKeys } = require("./recover-keys") as typeof import("./recover-keys");
      process.exitCode = await recoverKeys(options);
    });
}
