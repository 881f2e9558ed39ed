import { type Command, Option } from "commander";
import { wholeNumber } from "../terminal/whole-number";
import type { ChangeOptions } from "./change";
import type { StatusOptions } from "./status";
import type { StopOptions } from "./stop";

/**
 * Adds the `services` commands to the program. Their modules are loaded only when they run.
 *
 * @param onStack adds the options that every command on a stack has.
 */
export function addServicesCommands(program: Command, onStack: (command: Command) => Command): void {
  const services = program
    .command("services")
    .description("Start, stop and show the validators of regions, all regions at once.");
  const onRegions = (name: string, timeout: number) =>
    onStack(services.command(name))
      .argument("<regions...>", 'the names of the regions, or "all"')
      .addOption(
        new Option("--timeout <seconds>", "the seconds after which a region counts as failed")
          .argParser(wholeNumber)
          .default(timeout),
      );

  onRegions("start", 600)
    .description("Start the validators. With all regions, the command ends when the chain makes blocks.")
    .action(async (regions: string[], options: ChangeOptions) => {
      const { start } = require("./start") as typeof import("./start");
      process.exitCode = await start(regions, options);
    });
  onRegions("stop", 300)
    .description(
      "Stop the validators, which keep their data and stay stopped until they are started, also at the next up. RPC nodes go on.",
    )
    .option("-y, --yes", "stop without asking for confirmation, also if the chain halts", false)
    .action(async (regions: string[], options: StopOptions) => {
      const { stop } = require("./stop") as typeof import("./stop");
      process.exitCode = await stop(regions, options);
    });
  onRegions("status", 15)
    .description(
      "Show the state, peers, head and lag of each validator, and whether it signs. Fails unless every validator runs and signs.",
    )
    .option("-w, --watch", "show the status every two seconds until the command is interrupted", false)
    .action(async (regions: string[], options: StatusOptions) => {
      const { status } = require("./status") as typeof import("./status");
      process.exitCode = await status(regions, options);
    });
}
