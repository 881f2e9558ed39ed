import { createLogUpdate } from "log-update";
import type { Stage } from "../../pipeline/graph/stage";
import type { TaskEvent } from "../../pipeline/run/run-tasks";
import { durationText } from "../run/duration-text";
import { partsText, StageBoard } from "./stage-board";

/** The display of a run in progress. */
export interface PipelineDisplay {
  /** Shows a line that remains. */
  readonly say: (line: string) => void;
  readonly event: (event: TaskEvent) => void;
  /** Ends the display. Further calls do nothing. */
  readonly end: () => void;
}

/**
 * A line for each task that ends, and on a terminal a table of the stages with the tasks that run.
 *
 * @param tasks all tasks of the run.
 */
export function pipelineDisplay(
  stream: NodeJS.WriteStream,
  tasks: readonly { readonly name: string; readonly stage: Stage }[],
): PipelineDisplay {
  const board = new StageBoard(tasks);
  const live = stream.isTTY ? createLogUpdate(stream) : undefined;
  const timer =
    live === undefined ? undefined : setInterval(() => live(board.table(performance.now())), REFRESH);
  const say = (line: string) => {
    live?.clear();
    stream.write(`${line}\n`);
  };
  return {
    say,
    event: (event) => {
      board.event(event);
      if (event.kind === "ended" && event.outcome.result !== "unchanged") {
        const { name, result, parts, start, end } = event.outcome;
        say(`${name}: ${result} (${partsText(parts.length)}, ${durationText((end - start) / 1000)})`);
      }
    },
    end: () => {
      clearInterval(timer);
      live?.clear();
    },
  };
}

/** Milliseconds. Drawing the table takes a few of them, which the tasks need more. */
const REFRESH = 200;
