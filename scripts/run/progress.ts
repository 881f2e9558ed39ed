import { styleText } from "node:util";
import { createLogUpdate } from "log-update";
import { type TimedEvent, withoutColours } from "./events";
import { groupOf, nameOf } from "./resource-names";

/** The display of a run in progress. */
export interface Progress {
  /** Shows a line that remains on the screen. */
  say(line: string): void;
  /** Shows what has changed with an event of the engine. */
  event(event: TimedEvent): void;
  /** Ends the display and leaves its last state on the screen. Further calls do nothing. */
  end(): void;
}

/**
 * The display of a run on a stream. On a terminal, the display has a row for each group and is redrawn continuously. On
 * any other stream, the display writes a line for each finished change.
 *
 * @param groups the names of the regions and chains; the names of their resources begin with them.
 */
export function progressOn(stream: NodeJS.WriteStream, groups: readonly string[]): Progress {
  return stream.isTTY ? new LiveProgress(stream, groups) : new LineProgress(stream, groups);
}

class LineProgress implements Progress {
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

  end(): void {}
}

class LiveProgress implements Progress {
  readonly #board: Board;
  readonly #draw: ReturnType<typeof createLogUpdate>;
  readonly #timer: NodeJS.Timeout;
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

  event(event: TimedEvent): void {
    const message = programMessage(event);
    if (message !== undefined) {
      this.say(message);
    }
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
    this.#render();
    this.#draw.done();
  }

  #render(): void {
    this.#draw(this.#board.rows(Date.now(), this.stream.columns ?? 100).join("\n"));
  }
}

/** The line that an event contains if the Pulumi program logged it, for example about the compilation of contracts. */
function programMessage({ event: { diagnosticEvent: diagnostic } }: TimedEvent): string | undefined {
  const isOfProgram =
    diagnostic?.severity === "info" && /^$|::pulumi:pulumi:Stack::/.test(diagnostic.urn ?? "");
  return isOfProgram ? withoutColours(diagnostic.message).trim() : undefined;
}

/** The state of a run's progress in each region and on each chain, computed from the engine's events. */
export class Board {
  readonly #groups: Map<string, Group>;

  constructor(readonly names: readonly string[]) {
    this.#groups = new Map(
      [NO_GROUP, ...names].map((name) => [name, { done: 0, failed: 0, running: new Map() }]),
    );
  }

  /**
   * Updates the board with an event.
   *
   * @returns the change that the event finished; undefined if the event finished no change.
   */
  apply({ at, event }: TimedEvent): FinishedChange | undefined {
    const metadata =
      event.resourcePreEvent?.metadata ?? event.resOutputsEvent?.metadata ?? event.resOpFailedEvent?.metadata;
    if (metadata === undefined || metadata.op === "same" || (metadata.new ?? metadata.old)?.custom !== true) {
      return undefined;
    }
    const failed = event.resOpFailedEvent !== undefined;
    // The engine creates providers by itself, so a change of a provider is not news for the user.
    if (metadata.type.startsWith("pulumi:providers:") && !failed) {
      return undefined;
    }
    const name = groupOf(metadata.urn, this.names) ?? NO_GROUP;
    const group = this.#groups.get(name);
    if (group === undefined) {
      return undefined;
    }
    const key = `${metadata.op} ${metadata.urn}`;
    if (event.resourcePreEvent !== undefined) {
      group.running.set(key, { text: describe(metadata.op, metadata.urn), since: at });
      return undefined;
    }
    const running = group.running.get(key);
    group.running.delete(key);
    group[failed ? "failed" : "done"] += 1;
    const seconds = running === undefined ? "" : ` (${((at - running.since) / 1000).toFixed(1)} s)`;
    return {
      group: name,
      text: `${failed ? "FAILED " : ""}${describe(metadata.op, metadata.urn)}${seconds}`,
      failed,
    };
  }

  /**
   * A row for each group.
   *
   * @param now in milliseconds since the epoch.
   * @param columns the width of the terminal; longer rows are cut off.
   */
  rows(now: number, columns: number): string[] {
    const width = Math.max(...[...this.#groups.keys()].map((name) => name.length));
    return [...this.#groups].map(([name, { done, failed, running }]) => {
      const longestFirst = [...running.values()].sort((a, b) => a.since - b.since);
      const longest = longestFirst
        .slice(0, 2)
        .map(({ text, since }) => `${text} ${((now - since) / 1000).toFixed(0)} s`)
        .join(", ");
      const more = longestFirst.length > 2 ? ` and ${longestFirst.length - 2} more` : "";
      const counts = `${String(done).padStart(4)} done${failed > 0 ? `, ${failed} failed` : ""}`;
      return `${name.padEnd(width)} ${counts}  ${longest}${more}`.slice(0, columns - 1);
    });
  }
}

/** A change of a resource that succeeded or failed. */
interface FinishedChange {
  readonly group: string;
  readonly text: string;
  readonly failed: boolean;
}

/** The progress of a group. */
interface Group {
  done: number;
  failed: number;
  /** The operations in progress, each with its start in milliseconds since the epoch. */
  readonly running: Map<string, { text: string; since: number }>;
}

/** The name of the group of all resources that belong to no region and no chain. */
const NO_GROUP = "stack";

function describe(op: string, urn: string): string {
  const verb = VERBS[op] ?? op;
  return `${verb} ${nameOf(urn)}`;
}

const VERBS: Readonly<Record<string, string>> = {
  create: "+",
  update: "~",
  delete: "-",
  "create-replacement": "+-",
  "delete-replaced": "-+",
  replace: "+-",
  refresh: "?",
};
