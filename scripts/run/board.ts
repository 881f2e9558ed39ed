import { packFinding } from "../engine/policy-packs";
import { errorsOf, type TimedEvent, withoutColours } from "./events";
import { groupOf, nameOf } from "./resource-names";
import { saysInterrupted } from "./result/interrupted";

/** What a state holds before a run. */
export interface Compared {
  /** How many resources the engine compares with the config. */
  readonly resources: number;
  /** The names of the regions that the config no longer has. */
  readonly removed: readonly string[];
}

/** The state of a run's progress in each region and on each chain, computed from the engine's events. */
export class Board {
  #names: readonly string[];
  readonly #groups = new Map<string, Group>();
  /** How many resources are in the state before the run; 0 if it is not known yet. */
  #resources = 0;
  readonly #compared = new Set<string>();
  readonly #errors = new Map<string, string>();
  #message: string | undefined;
  #isInterrupted = false;
  readonly #validators = { begun: new Set<string>(), updated: new Set<string>() };

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#addGroups([SHARED, ...names]);
  }

  /** Tells what the state holds, once it was read. A removed region has a row too. */
  compare({ resources, removed }: Compared): void {
    this.#resources = resources;
    this.#names = [...this.#names, ...removed];
    this.#addGroups(removed);
  }

  /** Tells that the user has interrupted the run. */
  interrupt(): void {
    this.#isInterrupted = true;
  }

  /**
   * Updates the board with an event.
   *
   * @returns the change that the event finished; undefined if the event finished no change.
   */
  apply(timed: TimedEvent): FinishedChange | undefined {
    const { at, event } = timed;
    this.#message = programMessage(timed) ?? this.#message;
    for (const [urn, text] of errorsOf([timed])) {
      this.#errors.set(urn, text);
    }
    const metadata =
      event.resourcePreEvent?.metadata ?? event.resOutputsEvent?.metadata ?? event.resOpFailedEvent?.metadata;
    if (metadata === undefined) {
      return undefined;
    }
    if (metadata.op === "same") {
      this.#compared.add(metadata.urn);
    }
    if (metadata.op === "same" || (metadata.new ?? metadata.old)?.custom !== true) {
      return undefined;
    }
    const failed = event.resOpFailedEvent !== undefined;
    // The engine creates providers by itself, so a change of a provider is not news for the user.
    if (metadata.type.startsWith("pulumi:providers:") && !failed) {
      return undefined;
    }
    const name = groupOf(metadata.urn, this.#names) ?? SHARED;
    const group = this.#groups.get(name);
    if (group === undefined) {
      return undefined;
    }
    this.#countValidator(metadata, event.resOutputsEvent !== undefined);
    const key = `${metadata.op} ${metadata.urn}`;
    if (event.resourcePreEvent !== undefined) {
      group.running.set(key, { text: describe(metadata.op, metadata.urn), since: at });
      return undefined;
    }
    const running = group.running.get(key);
    group.running.delete(key);
    const result = failed ? this.#resultOfFailure(metadata.urn) : "done";
    group[result] += 1;
    const seconds = running === undefined ? "" : ` (${((at - running.since) / 1000).toFixed(1)} s)`;
    return {
      group: name,
      text: `${PREFIXES[result]}${describe(metadata.op, metadata.urn)}${seconds}`,
      failed: result === "failed",
    };
  }

  /**
   * A row for each group in which something has begun, or one row that says what the run waits for.
   *
   * @param now in milliseconds since the epoch.
   * @param columns the width of the terminal; longer rows are cut off.
   */
  rows(now: number, columns: number): string[] {
    const groups = [...this.#groups];
    const begun = groups.filter(([, group]) => isBegun(group));
    const idle = groups.filter(([name, group]) => name !== SHARED && !isBegun(group)).map(([name]) => name);
    const width = Math.max(...groups.map(([name]) => name.length));
    const rows =
      begun.length === 0
        ? [this.#phase()]
        : [
            ...begun.map(([name, group]) => `${name.padEnd(width)} ${rowOf(group, now)}`),
            ...(idle.length === 0 ? [] : [`nothing to do yet: ${idle.join(", ")}`]),
            ...this.#turns(),
          ];
    return rows.map((row) => row.slice(0, columns - 1));
  }

  /** What happens before the first operation. */
  #phase(): string {
    if (this.#compared.size > 0) {
      const all = Math.max(this.#resources, this.#compared.size);
      return `comparing with the config: ${this.#compared.size} of ${all} resources`;
    }
    return this.#message ?? "starting the engine and the program";
  }

  /** Running validators are updated a few at a time, and all others wait. */
  #turns(): string[] {
    const { begun, updated } = this.#validators;
    return begun.size > updated.size
      ? [`validators are updated in turn: ${updated.size} of ${begun.size}`]
      : [];
  }

  #countValidator(
    { op, type, urn }: { readonly op: string; readonly type: string; readonly urn: string },
    isUpdated: boolean,
  ): void {
    if (op === "update" && type === "kubernetes:apps/v1:StatefulSet" && /-validator-\d+$/.test(urn)) {
      this.#validators[isUpdated ? "updated" : "begun"].add(urn);
    }
  }

  #resultOfFailure(urn: string): "failed" | "interrupted" {
    return this.#isInterrupted && saysInterrupted(this.#errors.get(urn) ?? "") ? "interrupted" : "failed";
  }

  #addGroups(names: readonly string[]): void {
    for (const name of names) {
      this.#groups.set(name, { done: 0, failed: 0, interrupted: 0, running: new Map() });
    }
  }
}

/** The line that an event contains if the Pulumi program logged it, for example about the compilation of contracts. */
export function programMessage({ event }: TimedEvent): string | undefined {
  const finding = packFinding(event);
  if (finding?.isMandatory === false) {
    return `warning: ${finding.text}`;
  }
  const { diagnosticEvent: diagnostic } = event;
  const isOfProgram =
    diagnostic?.severity === "info" && /^$|::pulumi:pulumi:Stack::/.test(diagnostic.urn ?? "");
  return isOfProgram ? withoutColours(diagnostic.message).trim() : undefined;
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
  /** How many operations the plugins left to the clouds, because the user has interrupted the run. */
  interrupted: number;
  /** The operations in progress, each with its start in milliseconds since the epoch. */
  readonly running: Map<string, { text: string; since: number }>;
}

const PREFIXES = { done: "", failed: "FAILED ", interrupted: "interrupted " } as const;

/** The name of the group of all resources that belong to no region and no chain, such as the genesis block. */
const SHARED = "shared";

function isBegun({ done, failed, interrupted, running }: Group): boolean {
  return done + failed + interrupted + running.size > 0;
}

function rowOf({ done, failed, interrupted, running }: Group, now: number): string {
  const longestFirst = [...running.values()].sort((a, b) => a.since - b.since);
  const longest = longestFirst
    .slice(0, 2)
    .map(({ text, since }) => `${text} ${((now - since) / 1000).toFixed(0)} s`)
    .join(", ");
  const more = longestFirst.length > 2 ? ` and ${longestFirst.length - 2} more` : "";
  const counts = [
    `${String(done).padStart(4)} done`,
    ...(failed === 0 ? [] : [`${failed} failed`]),
    ...(interrupted === 0 ? [] : [`${interrupted} interrupted`]),
  ];
  return `${counts.join(", ")}  ${longest}${more}`;
}

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
