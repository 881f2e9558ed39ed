import type { Command } from "commander";
import type { LaunchOptions } from "./launch/launch";
import type { ChangeOptions, RollingOptions } from "./selection";
import type { SweepOptions } from "./sweep/sweep";

/**
 * Adds the `rolling` commands to the program. The module of a command is loaded only when the command runs, because the SDKs of
 * AWS take half a second to load.
 *
 * @param onStack adds the options that every command on a stack has.
 */
export function addRollingCommands(program: Command, onStack: (command: Command) => Command): void {
  const rolling = program
    .command("rolling")
    .description("Show and operate the Auto Scaling Groups of a rolling release.");
  const onGroups = (name: string) =>
    onStack(rolling.command(name)).option(
      "-g, --group <name...>",
      "the names of the groups in the config; without it, all groups",
    );
  const changing = (name: string) =>
    onGroups(name).option(
      "--dry-run",
      "show the calls to AWS that would change something, and send none",
      false,
    );

  onGroups("status")
    .description(
      "Show the launch template version, revision, image, instances and newest instance refresh of each group.",
    )
    .action(async (options: RollingOptions) => {
      const { status } = require("./status") as typeof import("./status");
      process.exitCode = await status(options);
    });
  changing("trigger")
    .description(
      "Start an instance refresh of each rolling group to its present launch template version, and wait for the end.",
    )
    .action(async (options: ChangeOptions) => {
      const { trigger } = require("./trigger") as typeof import("./trigger");
      process.exitCode = await trigger(options);
    });
  changing("sweep")
    .description(
      "Find the temporary instances, images and snapshots that nothing uses and the state does not know, and delete them.",
    )
    .option("-y, --yes", "delete without asking for confirmation", false)
    .action(async (options: SweepOptions) => {
      const { sweep } = require("./sweep/sweep") as typeof import("./sweep/sweep");
      process.exitCode = await sweep(options);
    });
  changing("create-image")
    .description(
      "Make an image of one instance of each group, which is in standby meanwhile, and a launch template version with the image.",
    )
    .action(async (options: ChangeOptions) => {
      const { createImages } =
        require("./create-image/create-image") as typeof import("./create-image/create-image");
      process.exitCode = await createImages(options);
    });
  changing("launch")
    .description(
      "Launch a temporary instance for each unique image of the rolling groups. The instances stay until sweep.",
    )
    .option("--deploy", "run the deploy steps on the instances", false)
    .action(async (options: LaunchOptions) => {
      const { launch } = require("./launch/launch") as typeof import("./launch/launch");
      process.exitCode = await launch(options);
    });
}
