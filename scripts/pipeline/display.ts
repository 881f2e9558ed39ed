import { createLogUpdate } from "log-update";
import type { TaskEvent } from "../../pipeline/run/run-tasks";
import { durationText } from "../run/duration-text";

/** The display of a run in progress. */
export interface PipelineDisplay {
  /** Shows a line that remains. */
  readonly say: (line: string) => void;
  readonly event: (event: TaskEvent) => void;
  /** Ends the display. Further calls do nothing. */
  readonly end: () => void;
}

/**
 * A line for each task that ends, and on a terminal a last line with the tasks that run.
 *
 * @param count the number of tasks.
 */
export function pipelineDisplay(stream: NodeJS.WriteStream, count: number): PipelineDisplay {
  const running = new Map<string, { readonly parts: number; readonly at: number }>();
  let ended = 0;
  const live = stream.isTTY ? createLogUpdate(stream) : undefined;
  const render = () => {
    const now = performance.now();
    const rows = [...running].map(
      ([name, { parts, at }]) => `  ${name} (${partsText(parts)}) ${durationText((now - at) / 1000)}`,
    );
    live?.([`${ended} of ${count} tasks`, ...rows].join("\n"));
  };
  const timer = live === undefined ? undefined : setInterval(render, 100);
  const say = (line: string) => {
    live?.clear();
    stream.write(`${line}\n`);
  };
  return {
    say,
    event: (event) => {
      if (event.kind === "started") {
        running.set(event.name, { parts: event.parts, at: event.at });
      } else {
        ended += 1;
        const { name, result, parts, start, end } = event.outcome;
        running.delete(name);
        if (result !== "unchanged") {
          say(`${name}: ${result} (${partsText(parts.length)}, ${durationText((end - start) / 1000)})`);
        }
      }
    },
    end: () => {
      clearInterval(timer);
      live?.clear();
    },
  };
}

function partsText(parts: number): string {
  return parts === 1 ? "1 part" : `${parts} parts`;
}
