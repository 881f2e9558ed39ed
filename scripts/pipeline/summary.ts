import type { PlannedTask } from "../../pipeline/graph/plan";
import type { PipelineReport, TaskReport } from "../../pipeline/report/report";
import type { StageProfile } from "../../pipeline/run/profile";
import { durationText } from "../run/duration-text";
import { tableOf } from "../terminal/table";
import { partsText } from "./stage-board";

/** The longest list of parts that the summary shows. */
const SHOWN_PARTS = 3;

/**
 * The summary of a run for a person: the stages with their budgets, what was worked on, and what failed.
 *
 * @param folder the folder with the logs of the run.
 */
export function summaryText(report: PipelineReport, folder: string): string {
  const { result, seconds, budgetSeconds, stages, tasks, criticalPath } = report;
  const over = report.overBudget ? `, over the budget of ${budgetSeconds} s` : "";
  return [
    stageTable(stages),
    ...tasks.filter((task) => task.result !== "unchanged").map(taskLine),
    ...tasks.flatMap(failureLines),
    ...tasks.flatMap(unavailableLines),
    ...stages.filter(({ slow }) => slow).map(slowLine),
    `pipeline: ${result} in ${durationText(seconds)}${over}: ${workText(tasks)}`,
    ...(criticalPath.length === 0 ? [] : [`critical path: ${criticalPath.join(" > ")}`]),
    `record: ${folder}`,
  ].join("\n");
}

/** What a run would work on. */
export function planText(plan: readonly PlannedTask[]): string {
  const rows = plan.map(({ task, affected, fingerprints }) => [
    task.name,
    task.stage,
    task.after.join(", "),
    `${affected.length} of ${fingerprints.size}`,
    partNames(affected),
  ]);
  return tableOf(["task", "stage", "after", { numbers: "affected" }, "parts"], rows);
}

function stageTable(stages: readonly StageProfile[]): string {
  return tableOf(
    ["stage", "result", { numbers: "seconds" }, { numbers: "budget" }, ""],
    stages.map(({ stage, result, seconds, budgetSeconds, overBudget }) => [
      stage,
      result,
      seconds.toFixed(1),
      budgetSeconds,
      overBudget ? "over budget" : "",
    ]),
  );
}

function taskLine({ name, result, affected, unchanged, seconds }: TaskReport): string {
  const total = affected.length + unchanged;
  const what = total === 1 ? "" : `, ${affected.length} of ${total}: ${partNames(affected)}`;
  return `${name}: ${result} in ${durationText(seconds)}${what}`;
}

function partNames(parts: readonly string[]): string {
  const shown = parts.slice(0, SHOWN_PARTS).join(", ");
  return parts.length > SHOWN_PARTS ? `${shown} and ${parts.length - SHOWN_PARTS} more` : shown;
}

function failureLines({ name, failures }: TaskReport): string[] {
  return failures.map(({ part, problem }) => `\n${part === "" ? name : `${name}, ${part}`}: ${problem}`);
}

/** What was not done is easily overlooked in a run that succeeded. */
function unavailableLines({ name, unavailable }: TaskReport): string[] {
  return unavailable === undefined ? [] : [`\nnot done: ${name}. ${unavailable}`];
}

function slowLine({ stage, seconds }: StageProfile): string {
  return `warning: the stage ${stage} took ${durationText(seconds)}, more than 10 s`;
}

function workText(tasks: readonly TaskReport[]): string {
  const notDone = tasks.filter(({ result }) => result === "skipped" || result === "stopped");
  const worked = tasks
    .filter((task) => !notDone.includes(task))
    .reduce((sum, { affected }) => sum + affected.length, 0);
  const unchanged = tasks.reduce((sum, task) => sum + task.unchanged, 0);
  const left = notDone.length === 0 ? "" : `, not done: ${notDone.map(({ name }) => name).join(", ")}`;
  return `${partsText(worked)} worked on, ${unchanged} unchanged${left}`;
}
