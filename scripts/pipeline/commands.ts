import { Argument, type Command, Option } from "commander";
import { FEWEST_SAMPLES, SCENARIOS, type Scenario } from "../../pipeline/gate/scenario";
import { wholeNumber } from "../terminal/whole-number";
import type { MeasureOptions } from "./measure";
import type { NewOptions } from "./new";
import type { PipelineOptions } from "./pipeline";

/** Adds the commands `new` and `pipeline` to the program. The module of a command is loaded only when the command runs. */
export function addPipelineCommands(program: Command): void {
  program
    .command("new")
    .description("Write the file of a new stack from a template, or list the templates.")
    .argument("[template]", "the name of the template")
    .argument("[stack]", "the name of the stack; the name of the template by default")
    .option(
      "--registry <source>",
      "a folder or a git repository with templates; this repository by default",
      process.env.CHAINFLEET_TEMPLATES,
    )
    .option("--update", "copy the git repository of the registry anew", false)
    .option("--json", "print the result as JSON on standard output", false)
    .action((template: string | undefined, stack: string | undefined, options: NewOptions) => {
      const { newStack } = require("./new") as typeof import("./new");
      process.exitCode = newStack(template, stack, options);
    });

  const command = program
    .command("pipeline")
    .enablePositionalOptions()
    .description(
      "Generate, test and validate what has changed since the last run, with the time of each stage.",
    )
    .option("--all", "work on everything, also on what is unchanged", false)
    .option("--cold", "the same, and delete the caches of the compilers before", false)
    .option("--changed <file...>", "also work on what depends on these files", [])
    .option("--plan", "show what would be worked on, and do nothing", false)
    .addOption(
      new Option("--watch", "go on: after each change of a file, work on what depends on it")
        .default(false)
        .conflicts("plan"),
    )
    .option("--junit <file>", "also write the report as JUnit XML")
    .option(
      "--metrics <file>",
      "also write the metrics of all runs, for the textfile collector of Prometheus",
    )
    .option("--push <url>", "also send the metrics of all runs to the Prometheus Pushgateway at the URL")
    .option("--json", "print the result as JSON on standard output", false)
    .action(async (options: PipelineOptions) => {
      if (options.watch) {
        const { watchPipeline } = require("./watch") as typeof import("./watch");
        process.exitCode = await watchPipeline(options);
      } else {
        const { pipeline } = require("./pipeline") as typeof import("./pipeline");
        process.exitCode = await pipeline(options);
      }
    });
  command
    .command("measure")
    .description(
      "Measure the pipeline several times, and fail if it has become slower than its saved baseline.",
    )
    .addArgument(
      new Argument("[scenarios...]", "after a fresh clone, after a typical change, without a change")
        .choices(SCENARIOS)
        .default(["warm", "no-op"]),
    )
    .option("--samples <n>", "how often each scenario is measured", wholeNumber, FEWEST_SAMPLES)
    .option("--baseline <file>", "the file of the baselines", ".chainfleet/pipeline/baselines.json")
    .option("--json", "print the result as JSON on standard output", false)
    .action(async (scenarios: Scenario[], options: MeasureOptions) => {
      const { measure } = require("./measure") as typeof import("./measure");
      process.exitCode = await measure(scenarios, options);
    });
}
