import pMap from "p-map";
import type { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import { configAsWritten } from "../../stacks/config/check";
import { ConfigError } from "../../stacks/config/config-error";
import type { Config } from "../../stacks/config/schema";
import { shardNameOf } from "../../stacks/config/written/shard-name";
import { stackFile, type WrittenConfig, writtenConfig } from "../../stacks/config/written/written-config";
import { isSimulated, targetLine } from "../engine/local-target";
import { tableOf } from "../terminal/table";
import { awsChecks } from "./aws";
import { azureChecks } from "./azure";
import { type Check, ok, unknown, type Verdict } from "./check";
import { endpointChecks } from "./endpoints";
import { type Shell, shell } from "./shell";
import { surveyChecks } from "./surveys";
import { toolChecks } from "./tools";

/** A check that was made. */
export interface MadeCheck extends Verdict {
  readonly name: string;
  readonly required: boolean;
}

/** The JSON of `chainfleet doctor`. */
export interface Diagnosis {
  readonly stack: string;
  readonly simulated: boolean;
  readonly checks: readonly MadeCheck[];
}

/**
 * Looks at what a real run of a stack needs on this machine and in its accounts, and says what to do for each thing. Nothing is
 * changed.
 *
 * @returns the exit code of the process: 1 if something that is required is missing, or could not be looked at.
 * @throws ConfigError if the config has a problem.
 */
export async function doctor(
  { stack, json }: { readonly stack: string; readonly json: boolean },
  run: Shell = shell,
): Promise<number> {
  process.stderr.write(`${targetLine(stack)}\n`);
  const name = shardNameOf(stack)?.parent ?? stack;
  const written = writtenConfig(name);
  const { config, findings } = configAsWritten(written);
  if (config === undefined || findings.length > 0) {
    throw new ConfigError(findings, stackFile(name));
  }
  const simulated = isSimulated();
  const made = await pMap(checksOf({ name, config, written, simulated }, run), make, {
    concurrency: AT_ONCE,
  });
  if (json) {
    process.stdout.write(`${JSON.stringify({ stack, simulated, checks: made } satisfies Diagnosis)}\n`);
  } else {
    process.stdout.write(`${diagnosisText(made)}\n`);
  }
  return exitCodeOf(made);
}

/** The clouds' CLIs are programs of Python, which need a core each for a second. */
const AT_ONCE = 4;

/** What a run of the stack needs. @param simulated whether the clouds are those of the local target */
export function checksOf(
  stack: {
    readonly name: string;
    readonly config: Config;
    readonly written: WrittenConfig;
    readonly simulated: boolean;
  },
  run: Shell,
): Check[] {
  const { name, config, written, simulated } = stack;
  const clouds = new Set(config.regions.map(({ cloud }) => cloud));
  const ofClouds = simulated
    ? [...clouds]
        .filter((cloud) => cloud !== "kubernetes")
        .map((cloud) =>
          always(`${NAMES[cloud]}: account`, ok("simulated by the local target, so none is needed")),
        )
    : [
        ...azureChecks(config, textAt(written, "azure-native:subscriptionId"), run),
        ...awsChecks(config, textAt(written, "aws:profile"), run),
      ];
  return [...toolChecks(config, run), ...ofClouds, ...endpointChecks(config), ...surveyChecks(config, name)];
}

const NAMES = { azure: "Azure", aws: "AWS", kubernetes: "Kubernetes" } as const;

function always(name: string, verdict: Verdict): Check {
  return { name, required: false, look: async () => verdict };
}

function textAt(written: WrittenConfig, key: string): string | undefined {
  const value = written[key];
  return typeof value === "string" ? value : undefined;
}

async function make({ name, required, look }: Check): Promise<MadeCheck> {
  const verdict = await look().catch((error: ChainfleetError) => unknown(error.message));
  return { name, required, ...verdict };
}

/** 1 if something that is required is missing, or could not be looked at. Pure. */
export function exitCodeOf(made: readonly MadeCheck[]): number {
  return made.every(({ required, result }) => !required || result === "ok") ? 0 : 1;
}

/** The checks as a table, then what to do. Pure. */
export function diagnosisText(made: readonly MadeCheck[]): string {
  const todo = made.filter(({ next }) => next !== undefined);
  return [
    tableOf(
      ["check", "", "found"],
      made.map(({ name, result, required, detail }) => [
        name,
        result === "ok" ? "ok" : required ? result : `${result}, not required`,
        detail.replaceAll(PROJECT_ROOT, "."),
      ]),
    ),
    ...(todo.length === 0 ? [] : ["to do:", ...todo.map(({ name, next }) => `  ${name}: ${next}`)]),
  ].join("\n");
}
