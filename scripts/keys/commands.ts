import { type Command, Option } from "commander";
import { wholeNumber } from "../terminal/whole-number";
import type { BackupOptions } from "./backup";
import type { RecoverOptions } from "./recover-keys";
import type { RestoreOptions } from "./restore";

/**
 * Adds the commands on keys to the program. Their modules are loaded only when they run.
 *
 * @param onStack adds the options that every command on a stack has.
 */
export function addKeysCommands(program: Command, onStack: (command: Command) => Command): void {
  const recover = program
    .command("recover")
    .description("Rebuild what a state has lost from what still runs.");
  withTimeout(onStack(recover.command("keys")))
    .description(
      "Take the validators' keys and the genesis out of the regions' clusters into a state that was lost. Changes the state alone.",
    )
    .option("--preview", "show what would be recovered, and recover nothing", false)
    .option("-y, --yes", "recover without asking for confirmation", false)
    .action(async (options: RecoverOptions) => {
      const { recoverKeys } = require("./recover-keys") as typeof import("./recover-keys");
      process.exitCode = await recoverKeys(options);
    });

  const keys = program.command("keys").description("Save and restore the validators' keys and the genesis.");
  withTimeout(onStack(keys.command("backup")))
    .description(
      "Save the keys and the genesis, as the clusters have them, in a file that is encrypted with age.",
    )
    .requiredOption("--file <path>", "the file to be written")
    .requiredOption("--recipient <key...>", "the public keys of age for which the file is encrypted")
    .action(async (options: BackupOptions) => {
      const { backup } = require("./backup") as typeof import("./backup");
      process.exitCode = await backup(options);
    });
  withTimeout(onStack(keys.command("restore")))
    .description(
      "Put the keys and the genesis of a backup into the state, for what the clusters have lost too. Changes the state alone.",
    )
    .requiredOption("--file <path>", "the file that keys backup has written")
    .requiredOption("--identity <path>", "the file with the secret key of age, as age-keygen writes it")
    .option("--preview", "show what would be restored, and restore nothing", false)
    .option("-y, --yes", "restore without asking for confirmation", false)
    .action(async (options: RestoreOptions) => {
      const { restore } = require("./restore") as typeof import("./restore");
      process.exitCode = await restore(options);
    });
}

function withTimeout(command: Command): Command {
  return command.addOption(
    new Option("--timeout <seconds>", "the seconds after which a region's cluster counts as silent")
      .argParser(wholeNumber)
      .default(30),
  );
}
