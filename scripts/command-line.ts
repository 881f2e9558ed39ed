import { type Command, Option } from "commander";
import { DEFAULT_MODE, MODE_VARIABLE, MODES } from "../stacks/order/mode";
import type { ListOptions } from "./contracts/list";
import { EngineCommand } from "./engine/command";
import { requireLocalTarget } from "./engine/local-target";
import { withPolicyPacks } from "./engine/policy-packs";
import { startReadingState } from "./engine/state";
import { addKeysCommands } from "./keys/commands";
import type { OperationOptions } from "./operation";
import { addPipelineCommands } from "./pipeline/commands";
import type { PreviewOptions } from "./preview/preview";
import { addRollingCommands } from "./rolling/commands";
import type { Mode } from "./run/mode";
import { addServicesCommands } from "./services/commands";
import { addShardCommand } from "./shard/commands";
import { addStorageCommands } from "./storage/commands";
import { confirmDeletion } from "./terminal/confirmation";
import { wholeNumber } from "./terminal/whole-number";

/** The commands that read the files of a run, and nothing else. */
const READS_RECORDS_ALONE: ReadonlySet<string> = new Set(["explain", "report", "compare"]);
/** Adds the commands of `chainfleet` to a program. A command's modules are loaded only when the command runs. */
export function addCommands(program: Command): void {
  /** The commands that need a stack. */
  const onStacks = new Set<Command>();
  program.hook("preAction", async (_, command) => {
    const { stack } = command.opts<Partial<StackOptions>>();
    if (stack === undefined) {
      if (onStacks.has(command)) {
        command.error("error: required option '-s, --stack <name>' not specified");
      }
    } else if (!READS_RECORDS_ALONE.has(command.name())) {
      await requireLocalTarget(stack);
    }
  });

  withPolicyPacks(operation("up", "Create or update everything that the stack's config describes."))
    .addOption(
      new Option(
        "--mode <mode>",
        "the order: ultra (whatever is ready), maximum (layer after layer), standard (the same, 10 regions at a time), sequential (region after region)",
      )
        .choices(MODES)
        .default(DEFAULT_MODE)
        .env(MODE_VARIABLE),
    )
    .action(async (options: OperationOptions) => {
      process.exitCode = await operate("up", options);
    });
  withPolicyPacks(
    operation(
      "retry",
      "Run up for the regions that the last run did not finish, or for the named regions alone.",
    ),
  )
    .argument("[regions...]", "the names of the regions")
    .action(async (regions: string[], options: OperationOptions) => {
      const { retry } = require("./retry/retry") as typeof import("./retry/retry");
      process.exitCode = await retry(regions, options);
    });
  onStack(program.command("verify"))
    .description(
      "Compare what the config describes, the state, and what the clouds have; changes nothing, and fails on any difference.",
    )
    .argument("<regions...>", 'the names of the regions, or "all"')
    .action(async (regions: string[], options: StackOptions) => {
      const { verify } = require("./verify/verify") as typeof import("./verify/verify");
      process.exitCode = await verify(regions, options);
    });
  operation("down", "Delete everything that the stack has created.")
    .option("-y, --yes", "delete without asking for confirmation", false)
    .action(async ({ yes, ...options }: OperationOptions & { readonly yes: boolean }) => {
      if (!yes) {
        const { stack } = options;
        await confirmDeletion({
          command: "down",
          what: `everything that the stack "${stack}" has created`,
          stack,
        });
      }
      process.exitCode = await operate("destroy", options);
    });

  withPolicyPacks(
    operation("preview", "Show what up would change in each region, and how long it is expected to take."),
  )
    .option("--diff", "also show every property that changes", false)
    .addOption(
      new Option("--markdown", "print Markdown for a comment on a pull request, also if the preview fails")
        .default(false)
        .conflicts(["json", "diff"]),
    )
    .action(async (options: PreviewOptions) => {
      const command = readingStateOf(options);
      command.startProgramAhead();
      const { preview } = require("./preview/preview") as typeof import("./preview/preview");
      process.exitCode = await preview(options, command);
    });
  program
    .command("check")
    .description(
      "Check the files of stacks in a second: no engine, no cloud, no secret. Every finding is shown.",
    )
    .argument("[stacks...]", "the names of the stacks; every stack that has a file by default")
    .option("--json", "print the result as JSON on standard output", false)
    .action((stacks: string[], options: { readonly json: boolean }) => {
      const { check } = require("./check/check") as typeof import("./check/check");
      process.exitCode = check(stacks, options);
    });
  onStack(program.command("doctor"))
    .description(
      "Look at what a run needs: tools, sign-in, accounts, quotas, clusters, RPC endpoints. Says what to do; changes nothing.",
    )
    .action(async (options: StackOptions) => {
      const { doctor } = require("./doctor/doctor") as typeof import("./doctor/doctor");
      process.exitCode = await doctor(options);
    });
  program
    .command("explain")
    .description("Say where the time of a run went and what would make the run shorter.")
    .argument("[run]", "the id of the run, or the folder of its record; the last run of the stack by default")
    .option("-s, --stack <name>", "the stack whose last run is explained", process.env.PULUMI_STACK)
    .option("--json", "print the result as JSON on standard output", false)
    .action((run: string | undefined, options: { readonly stack?: string; readonly json: boolean }) => {
      const { explainRun } = require("./explain/explain") as typeof import("./explain/explain");
      process.exitCode = explainRun(run, options);
    });

  const contracts = program.command("contracts").description("Show and verify the contracts of a stack.");
  onStack(contracts.command("list"))
    .description(
      "List the contracts of each chain: address, block, transaction, and whether explorers have verified the contract.",
    )
    .option("--wide", "show whole addresses and hashes", false)
    .action(async (options: ListOptions) => {
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

  addPipelineCommands(program);
  addRollingCommands(program, onStack);
  addServicesCommands(program, onStack);
  addKeysCommands(program, onStack);
  addShardCommand(program, onStack);
  addStorageCommands(program, onStack);

  /**
   * Adds the options that every command on a stack has. The stack is not a required option for commander, which would then
   * say that it is missing in place of suggesting --stack for --stak.
   */
  function onStack(command: Command): Command {
    onStacks.add(command);
    return command
      .option("-s, --stack <name>", "the stack whose config is Pulumi.<name>.yaml", process.env.PULUMI_STACK)
      .option("--json", "print the result as JSON on standard output", false);
  }

  function operation(name: string, description: string): Command {
    return onStack(program.command(name))
      .description(description)
      .option(
        "-p, --parallel <n>",
        "how many resource operations may run at the same time",
        wholeNumber,
        128,
      );
  }
}

interface StackOptions {
  readonly stack: string;
  readonly json: boolean;
}

function operate(mode: Mode, options: OperationOptions): Promise<number> {
  const command = readingStateOf(options);
  if (mode === "up") {
    command.startProgramAhead();
  }
  const operations = require("./operation") as typeof import("./operation");
  return operations.operate(mode, options, command);
}

/** Loading the rest of the program takes as long as reading the state of the stack. */
function readingStateOf({ stack }: StackOptions): EngineCommand {
  const command = new EngineCommand();
  startReadingState(stack, command);
  return command;
}
