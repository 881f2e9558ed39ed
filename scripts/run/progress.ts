import { styleText } from "node:util";
import { createLogUpdate } from "log-update";
import { plain, type TimedEvent } from "./events";
import { groupOf, nameOf } from "./resource-names";

/** Shows a run while it happens. */
export interface Progress {
  /** A line for the user that stays. */
  say(line: string): void;
  event(event: TimedEvent): void;
  /** Leaves the last picture on the screen; more than once is as good as once. */
  end(): void;
}

/**
 * On a terminal a table that is redrawn, a row a group; elsewhere a line for each finished change.
 *
 * @param groups names of regions and chains, with which those of their resources begin.
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
    const news = newsOf(event);
    if (news !== undefined) {
      this.say(news);
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
    const news = newsOf(event);
    if (news !== undefined) {
      this.say(news);
    }
    const finished = this.#board.apply(event);
    if (finished?.failed) {
      this.say(styleText("red", `[${finished.group}] ${finished.text}`));
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

/** What the program itself has to say, such as that it compiles. */
function newsOf({ event: { diagnosticEvent: diagnostic } }: TimedEvent): string | undefined {
  const isOurs = diagnostic?.severity === "info" && /^$|::pulumi:pulumi:Stack::/.test(diagnostic.urn ?? "");
  return isOurs ? plain(diagnostic.message).trim() : undefined;
}

/** What goes on in each region and on each chain; a fold over the events. */
export class Board {
  readonly #groups: Map<string, Group>;

  constructor(readonly names: readonly string[]) {
    this.#groups = new Map(
      [REST, ...names].map((name) => [name, { done: 0, failed: 0, running: new Map() }]),
    );
  }

  /** Takes an event in; returns what it finished, if that was a change. */
  apply({ at, event }: TimedEvent): { group: string; text: string; failed: boolean } | undefined {
    const metadata =
      event.resourcePreEvent?.metadata ?? event.resOutputsEvent?.metadata ?? event.resOpFailedEvent?.metadata;
    if (metadata === undefined || metadata.op === "same" || (metadata.new ?? metadata.old)?.custom !== true) {
      return undefined;
    }
    const failed = event.resOpFailedEvent !== undefined;
    // The engine's own: nothing that a user asked for.
    if (metadata.type.startsWith("pulumi:providers:") && !failed) {
      return undefined;
    }
    const name = groupOf(metadata.urn, this.names) ?? REST;
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

  /** One row a group, no wider than the terminal. */
  rows(now: number, columns: number): string[] {
    const width = Math.max(...[...this.#groups.keys()].map((name) => name.length));
    return [...this.#groups].map(([name, { done, failed, running }]) => {
      const longest = [...running.values()].sort((a, b) => a.since - b.since);
      const waiting = longest
        .slice(0, 2)
        .map(({ text, since }) => `${text} ${((now - since) / 1000).toFixed(0)} s`)
        .join(", ");
      const more = longest.length > 2 ? ` and ${longest.length - 2} more` : "";
      const counts = `${String(done).padStart(4)} done${failed > 0 ? `, ${failed} failed` : ""}`;
      return `${name.padEnd(width)} ${counts}  ${waiting}${more}`.slice(0, columns - 1);
    });
  }
}

interface Group {
  done: number;
  failed: number;
  readonly running: Map<string, { text: string; since: number }>;
}

/** Where what belongs to no region and no chain is shown. */
const REST = "stack";

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
