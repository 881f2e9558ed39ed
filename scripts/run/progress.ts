import { styleText } from "node:util";
import { createLogUpdate } from "log-update";
import { Board, type Compared, programMessage } from "./board";
import { durationText } from "./duration-text";
import type { NextRun } from "./durations/next-run";
import { expectedLength } from "./durations/prediction-text";
import type { TimedEvent } from "./events";

/** The display of a run in progress. */
export interface Progress {
  /** Shows a line that remains on the screen. */
  say(line: string): void;
  /** Shows what has changed with an event of the engine. */
  event(event: TimedEvent): void;
  /** Ends the display and leaves its last state on the screen. Further calls do nothing. */
  end(): void;
}

/** The display of an `up` or a `down`, which also shows when the run is expected to end. */
export interface RunProgress extends Progress {
  /** @param compared what the state holds before the run. */
  compare(compared: Compared): void;
  /** Tells that the user has interrupted the run: from then on, what the plugins leave unfinished is no failure. */
  interrupt(): void;
  /** @param run what is expected of the run; undefined if nothing is known. */
  expect(run: NextRun | undefined): void;
}

/**
 * The display of a run on a stream. On a terminal, the display has a row for each group and is redrawn continuously. On
 * any other stream, the display writes a line for each finished change.
 *
 * @param groups the names of the regions and chains; the names of their resources begin with them.
 */
export function progressOn(stream: NodeJS.WriteStream, groups: readonly string[]): RunProgress {
  return stream.isTTY ? new LiveProgress(stream, groups) : new LineProgress(stream, groups);
}

class LineProgress implements RunProgress {
  readonly #board: Board;

  constructor(
    readonly stream: NodeJS.WriteStream,
    groups: readonly string[],
  ) {
    this.#board = new Board(groups);
  }

  say(line: string): void {
    this.stream.write(`${line}\n`);
  }

  event(event: TimedEvent): void {
    const message = programMessage(event);
    if (message !== undefined) {
      this.say(message);
    }
    const finished = this.#board.apply(event);
    if (finished !== undefined) {
      this.say(`[${finished.group}] ${finished.text}`);
    }
  }

  compare(compared: Compared): void {
    this.#board.compare(compared);
  }

  interrupt(): void {
    this.#board.interrupt();
  }

  expect(run: NextRun | undefined): void {
    if (run !== undefined) {
      this.say(predictionLine(run));
    }
  }

  end(): void {}
}

class LiveProgress implements RunProgress {
  readonly #board: Board;
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #timer: NodeJS.Timeout;
  #expected: NextRun | undefined;
  #remaining = { text: "", at: 0 };
  #ended = false;

  constructor(
    readonly stream: NodeJS.WriteStream,
    groups: readonly string[],
  ) {
    this.#board = new Board(groups);
    this.#draw = createLogUpdate(stream);
    this.#timer = setInterval(() => this.#render(), 100);
  }

  say(line: string): void {
    this.#draw.clear();
    this.stream.write(`${line}\n`);
    this.#render();
  }

  compare(compared: Compared): void {
    this.#board.compare(compared);
  }

  interrupt(): void {
    this.#board.interrupt();
  }

  expect(run: NextRun | undefined): void {
    this.#expected = run;
    if (run !== undefined) {
      this.say(predictionLine(run));
    }
  }

  event(event: TimedEvent): void {
    const message = programMessage(event);
    if (message !== undefined) {
      this.say(message);
    }
    this.#expected?.eta.event(event);
    const finished = this.#board.apply(event);
    if (finished?.failed) {
      this.say(styleText("red", `[${finished.group}] ${finished.text}`, { stream: this.stream }));
    }
  }

  end(): void {
    if (this.#ended) {
      return;
    }
    this.#ended = true;
    clearInterval(this.#timer);
    this.#expected = undefined;
    this.#render();
    this.#draw.done();
  }

  #render(): void {
    const now = Date.now();
    const rows = this.#board.rows(now, this.stream.columns ?? 100);
    this.#draw([...rows, ...this.#remainingRow(now)].join("\n"));
  }

  /** The longest remaining chain of a graph of thousands of operations takes some milliseconds, so it is found once a second. */
  #remainingRow(now: number): string[] {
    if (this.#expected === undefined) {
      return [];
    }
    if (now - this.#remaining.at >= 1000) {
      const seconds = this.#expected.eta.remaining(now);
      this.#remaining = {
        at: now,
        text: seconds < 1 ? "almost done" : `about ${durationText(seconds)} left`,
      };
    }
    return [this.#remaining.text];
  }
}

function predictionLine({ prediction }: NextRun): string {
  return `Expected to take ${expectedLength(prediction)}.`;
}
