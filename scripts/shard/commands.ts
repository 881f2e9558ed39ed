import type { Command } from "commander";
import type { ElsewhereOptions } from "./elsewhere/write";
import type { MoveOptions } from "./move";

/**
 * Adds the command `shard` to the program. Its modules are loaded only when it runs.
 *
 * @param onStack adds the options that every command on a stack has.
 */
export function addShardCommand(program: Command, onStack: (command: Command) => Command): void {
  onStack(program.command("shard"))
    .description(
      "Move each region of a network into a stack of its own, or back. Moves states only, and touches no resource.",
    )
    .option("--undo", "move the regions back into the stack of the network", false)
    .option("--preview", "show what would be moved, and move nothing", false)
    .option("-y, --yes", "move without asking for confirmation", false)
    .option(
      "--operator <folder>",
      "move nothing; write Stack resources for the Pulumi Kubernetes Operator into the folder, and Pulumi.<stack>.deploy.yaml for Pulumi Deployments",
    )
    .option("--repository <url>", "the git repository for the operator; without it, the remote origin")
    .option("--branch <name>", "the branch for the operator; without it, the current branch")
    .option("--folder <path>", "the project's folder in the repository; without it, as in this checkout")
    .option("--organization <name>", "the organization of the stacks in Pulumi Cloud", "organization")
    .option("--backend <url>", "the backend for the operator; without it, Pulumi Cloud")
    .option("--secret <name>", "the Secret with the environment variables of the runs", "chainfleet")
    .action(async (options: ShardFlags) => {
      if (options.operator !== undefined) {
        const { writeForElsewhere } = require("./elsewhere/write") as typeof import("./elsewhere/write");
        process.exitCode = writeForElsewhere({ ...options, operator: options.operator });
        return;
      }
      const { move } = require("./move") as typeof import("./move");
      process.exitCode = await move(options.undo ? "undo" : "shard", options);
    });
}

type ShardFlags = MoveOptions &
  Omit<ElsewhereOptions, "operator"> & { readonly undo: boolean; readonly operator?: string };
