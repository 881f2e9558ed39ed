import { styleText } from "node:util";
import { createLogUpdate } from "log-update";
import { poolOfKey } from "../../../components/storage/plan/cell";
import type { TimedEvent } from "../../run/events";
import type { Progress } from "../../run/progress";
import { groupOf, nameOf } from "../../run/resource-names";
import { duration } from "../../terminal/duration";

/** The tests of a run that are shown, with the keys of those that are done before the run. */
export interface ShownTests {
  readonly tests: readonly string[];
  readonly done: ReadonlySet<string>;
}

/** The display of a run: on a terminal a row for each pool, on any other stream a line for each finished test. */
export function storageProgress(stream: NodeJS.WriteStream, shown: ShownTests): Progress {
  const board = new PoolBoard(shown, Date.now());
  if (!stream.isTTY) {
    return {
      say: (line) => void stream.write(`${line}\n`),
      event: (event) => {
        const finished = board.apply(event);
        if (finished !== undefined) {
          stream.write(`${finished}\n`);
        }
      },
      end: () => {},
    };
  }
  const draw = createLogUpdate(stream);
  const render = () => draw(board.rows(Date.now(), stream.columns ?? 100).join("\n"));
  const timer = setInterval(render, 200);
  let hasEnded = false;
  return {
    say: (line) => {
      draw.clear();
      stream.write(`${line}\n`);
      render();
    },
    event: (event) => {
      const finished = board.apply(event);
      if (finished?.includes(" passed") === false) {
        draw.clear();
        stream.write(`${styleText("red", finished, { stream })}\n`);
      }
    },
    end: () => {
      if (!hasEnded) {
        hasEnded = true;
        clearInterval(timer);
        render();
        draw.done();
      }
    },
  };
}

interface PoolState {
  readonly total: number;
  done: number;
  notPassed: number;
  /** The number of tests that were done before the run. */
  readonly before: number;
  /** When the pool's first machines were asked for, in milliseconds since the epoch. */
  started: number | undefined;
  /** What the pool does, with the time of its start in milliseconds since the epoch. */
  current: { text: string; since: number } | undefined;
}

/** How far each pool is, computed from the engine's events. */
export class PoolBoard {
  readonly #pools = new Map<string, PoolState>();
  readonly #keys: ReadonlyMap<string, string>;
  readonly #doneBefore: number;

  /** @param started the start of the run, in milliseconds since the epoch. */
  constructor(
    { tests, done }: ShownTests,
    readonly started: number,
  ) {
    this.#keys = new Map(tests.map((key) => [key.replaceAll(":", "-"), key]));
    for (const key of tests) {
      const pool = poolOfKey(key);
      const { total, before } = this.#pools.get(pool) ?? { total: 0, before: 0 };
      const finished = before + (done.has(key) ? 1 : 0);
      this.#pools.set(pool, {
        total: total + 1,
        done: finished,
        before: finished,
        notPassed: 0,
        started: undefined,
        current: undefined,
      });
    }
    this.#doneBefore = tests.filter((key) => done.has(key)).length;
  }

  /**
   * Updates the board with an event.
   *
   * @returns a line if the event finished a test.
   */
  apply({ at, event }: TimedEvent): string | undefined {
    const begun = event.resourcePreEvent?.metadata;
    const ended = event.resOutputsEvent?.metadata;
    const metadata = begun ?? ended;
    if (
      metadata === undefined ||
      metadata.op === "same" ||
      metadata.op === "replace" ||
      metadata.op.startsWith("delete")
    ) {
      return undefined;
    }
    const name = nameOf(metadata.urn);
    const kind = metadata.type.split(":").at(-1);
    const key = this.#keys.get(name);
    if (kind === "FioTest" && key !== undefined) {
      return this.#applyTest(key, at, begun === undefined ? (metadata.new?.outputs ?? {}) : undefined);
    }
    if (kind === "VmGroupMachines" && begun !== undefined) {
      const owner = groupOf(metadata.urn, [...this.#pools.keys()]);
      const state = owner === undefined ? undefined : this.#pools.get(owner);
      if (state !== undefined) {
        state.started ??= at;
        state.current = { text: "machines boot", since: at };
      }
    }
    return undefined;
  }

  #applyTest(
    key: string,
    at: number,
    outputs: Readonly<Record<string, unknown>> | undefined,
  ): string | undefined {
    const state = this.#pools.get(poolOfKey(key));
    if (state === undefined) {
      return undefined;
    }
    state.started ??= at;
    if (outputs === undefined) {
      state.current = { text: testOf(key), since: at };
      return undefined;
    }
    const outcome = String(outputs.outcome ?? "stopped");
    const seconds = state.current === undefined ? 0 : (at - state.current.since) / 1000;
    state.current = undefined;
    state.done = Math.min(state.total, state.done + 1);
    if (outcome !== "passed") {
      state.notPassed += 1;
    }
    const error = typeof outputs.error === "string" && outputs.error !== "" ? `: ${outputs.error}` : "";
    return `[${poolOfKey(key)}] ${state.done}/${state.total} ${testOf(key)} ${outcome} (${seconds.toFixed(1)} s)${error}`;
  }

  /** A row for each pool, and one for the whole run. @param now in milliseconds since the epoch. */
  rows(now: number, columns: number): string[] {
    const width = Math.max(...[...this.#pools.keys()].map((name) => name.length));
    const rows = [...this.#pools].map(([name, state]) => {
      const { total, done, notPassed, current } = state;
      const bar = "█".repeat(Math.round((10 * done) / total)).padEnd(10, "░");
      const doing =
        done === total
          ? ""
          : current === undefined
            ? "waits"
            : `${current.text} ${duration((now - current.since) / 1000)}${timeLeft(state, now)}`;
      const failed = notPassed > 0 ? `, ${notPassed} not passed` : "";
      return `${name.padEnd(width)} ${bar} ${done}/${total}${failed}  ${doing}`;
    });
    return [...rows, this.#total(now)].map((row) => row.slice(0, columns - 1));
  }

  #total(now: number): string {
    const states = [...this.#pools.values()];
    const total = states.reduce((sum, state) => sum + state.total, 0);
    const done = states.reduce((sum, state) => sum + state.done, 0);
    const elapsed = (now - this.started) / 1000;
    const here = done - this.#doneBefore;
    const eta = here === 0 ? "" : `, about ${duration((elapsed * (total - done)) / here)} left`;
    return `${done} of ${total} tests in ${duration(elapsed)}${done === total ? "" : eta}`;
  }
}

/** The time that a pool needs for its other tests, if they take as long as those before. */
function timeLeft({ total, done, before, started }: PoolState, now: number): string {
  const here = done - before;
  return here === 0 || started === undefined
    ? ""
    : `, about ${duration(((now - started) / 1000 / here) * (total - done))} left`;
}

function testOf(key: string): string {
  return key.slice(key.indexOf(":") + 1);
}
