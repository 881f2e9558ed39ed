import { resolve } from "node:path";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import { machineName, readBaselines, writeBaselines } from "../../pipeline/gate/baselines";
import type { Comparison } from "../../pipeline/gate/comparison";
import { judge, type Verdict } from "../../pipeline/gate/gate";
import type { Scenario } from "../../pipeline/gate/scenario";
import { planPipeline, type Reuse, runPipeline } from "../../pipeline/pipeline";
import { untilRoomsAreReady } from "../../pipeline/repository/cleanroom";
import { INTERRUPTED, onInterrupt } from "../interruption";
import { durationText } from "../run/duration-text";
import { tableOf } from "../terminal/table";

export interface MeasureOptions {
  readonly samples: number;
  readonly baseline: string;
  readonly json: boolean;
}

/** The scenario `warm` is a change in one contract, one region and one document. */
const REFERENCE_CHANGE: readonly string[] = [
  "contracts/src/oracle/OracleProxy.sol",
  "Pulumi.azure-24.yaml",
  "docs/keys.md",
];

const REUSE: Readonly<Record<Scenario, Reuse>> = {
  cold: { kind: "nothing" },
  warm: { kind: "results", changed: REFERENCE_CHANGE },
  "no-op": { kind: "results", changed: [] },
};

/**
 * Measures the pipeline in each scenario, compares the durations with the saved baselines, and saves the new ones.
 *
 * @returns the exit code of the process: 1 if a scenario has become slower.
 * @throws ChainfleetError if a run fails, because its duration then means nothing.
 */
export async function measure(
  scenarios: readonly Scenario[],
  { samples, baseline: file, json }: MeasureOptions,
): Promise<number> {
  const path = resolve(PROJECT_ROOT, file);
  const machine = machineName();
  let baselines = readBaselines(path, machine);
  const controller = new AbortController();
  const endInterrupts = onInterrupt(() => controller.abort());
  const verdicts: Verdict[] = [];
  try {
    for (const scenario of scenarios) {
      // What the scenarios reuse has to be there, and to be of this tree.
      if (scenario !== "cold") {
        await sample("no-op", controller.signal);
      }
      const verdict = await judge({
        scenario,
        baseline: baselines[scenario] ?? [],
        measure: () => samplesOf(scenario, samples, controller.signal),
        random: Math.random,
      });
      verdicts.push(verdict);
      baselines = { ...baselines, [scenario]: verdict.baseline };
      writeBaselines(path, machine, baselines);
    }
  } catch (error) {
    if (controller.signal.aborted) {
      process.stderr.write("Stopped. The baselines of the scenarios that were measured before are saved.\n");
      return INTERRUPTED;
    }
    throw error;
  } finally {
    endInterrupts();
  }
  process.stdout.write(`${json ? JSON.stringify({ machine, verdicts }) : verdictText(verdicts)}\n`);
  return verdicts.some(({ result }) => result === "regression") ? 1 : 0;
}

async function samplesOf(scenario: Scenario, count: number, signal: AbortSignal): Promise<number[]> {
  const samples: number[] = [];
  for (let number = 1; number <= count; number++) {
    const seconds = await sample(scenario, signal);
    samples.push(seconds);
    process.stderr.write(`${scenario}, sample ${number} of ${count}: ${durationText(seconds)}\n`);
  }
  return samples;
}

async function sample(scenario: Scenario, signal: AbortSignal): Promise<number> {
  await untilRoomsAreReady(PROJECT_ROOT);
  const report = await runPipeline(planPipeline(PROJECT_ROOT, REUSE[scenario]), {
    signal,
    onEvent: () => {},
    report: async () => {},
  });
  if (report.result !== "succeeded") {
    const failed = report.tasks.filter(({ result }) => result === "failed").map(({ name }) => name);
    throw new ChainfleetError({
      code: "PIPELINE_FAILED_WHILE_MEASURED",
      summary: `A run of the pipeline ${report.result} in ${failed.join(", ") || "no task"}, so its duration is no sample.`,
      next: "Run chainfleet pipeline, correct what fails, and measure again.",
    });
  }
  return report.seconds;
}

function verdictText(verdicts: readonly Verdict[]): string {
  return tableOf(
    [
      "scenario",
      "result",
      { numbers: "baseline" },
      { numbers: "now" },
      { numbers: "slower" },
      { numbers: "p" },
    ],
    verdicts.map(({ scenario, result, first, confirmation }) => [
      scenario,
      result,
      ...figures(confirmation ?? first),
    ]),
  );
}

function figures(comparison: Comparison | undefined): string[] {
  if (comparison === undefined) {
    return ["", "", "", ""];
  }
  const { baselineSeconds, seconds, slowdown, pValue } = comparison;
  return [
    durationText(baselineSeconds),
    durationText(seconds),
    `${(slowdown * 100).toFixed(1)} %`,
    pValue.toFixed(4),
  ];
}
