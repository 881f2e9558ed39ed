import { STAGES, type Stage } from "../../pipeline/graph/stage";
import { profile, type TimedTask } from "../../pipeline/run/profile";
import type { TaskEvent } from "../../pipeline/run/run-tasks";
import { tableOf } from "../terminal/table";

/** The state of the stages while the pipeline runs. */
export class StageBoard {
  readonly #stages: ReadonlyMap<string, Stage>;
  readonly #running = new Map<string, { readonly parts: number; readonly at: number }>();
  readonly #ended: TimedTask[] = [];

  /** @param tasks all tasks of the run. */
  constructor(tasks: readonly { readonly name: string; readonly stage: Stage }[]) {
    this.#stages = new Map(tasks.map(({ name, stage }) => [name, stage]));
  }

  event(event: TaskEvent): void {
    if (event.kind === "started") {
      this.#running.set(event.name, { parts: event.parts, at: event.at });
    } else {
      const { name, result, start, end } = event.outcome;
      this.#running.delete(name);
      const stage = this.#stages.get(name);
      if (stage !== undefined) {
        this.#ended.push({ stage, result, start, end });
      }
    }
  }

  /** The table of the stages. @param now milliseconds on the clock of the run. */
  table(now: number): string {
    const running = [...this.#running].map(([name, { parts, at }]) => ({
      name,
      parts,
      stage: this.#stages.get(name),
      start: at,
    }));
    const timed = profile([
      ...this.#ended,
      ...running.flatMap(({ stage, start }) =>
        stage === undefined ? [] : [{ stage, start, end: now, result: "succeeded" as const }],
      ),
    ]);
    return tableOf(
      ["stage", "state", { numbers: "seconds" }, { numbers: "budget" }, "tasks in progress"],
      timed.map(({ stage, result, seconds, budgetSeconds }) => {
        const inProgress = running.filter((task) => task.stage === stage);
        return [
          stage,
          inProgress.length > 0 ? "running" : this.#isOver(stage) ? result : "waiting",
          seconds.toFixed(1),
          budgetSeconds,
          inProgress.map(({ name, parts }) => `${name} (${partsText(parts)})`).join(", "),
        ];
      }),
    );
  }

  /** Reporting begins when all others are over. */
  #isOver(stage: Stage): boolean {
    const tasks = [...this.#stages.values()].filter((one) => one === stage).length;
    return stage !== STAGES.at(-1) && this.#ended.filter((one) => one.stage === stage).length === tasks;
  }
}

/** @example "1 part", "12 parts" */
export function partsText(parts: number): string {
  return parts === 1 ? "1 part" : `${parts} parts`;
}
