import { type ChainContracts, contractsByChain } from "../contracts/deployed";
import { dependenciesOf, type StateResource } from "../engine/state";
import { criticalPath, type Link } from "./critical-path";
import { errorsOf, type Step, steps, type TimedEvent } from "./events";

/** What a run is called in its record. */
export type Mode = "up" | "destroy";

export type Result = "succeeded" | "failed" | "cancelled";

/** A region as far as a summary knows it. */
export interface RegionName {
  readonly name: string;
  readonly cloud: string;
  readonly validators: number;
}

/** `summary.json`. Times are seconds of the wall clock. */
export interface Summary {
  readonly stack: string;
  readonly mode: Mode;
  readonly result: Result;
  readonly seconds: number;
  readonly criticalPathSeconds: number;
  /** seconds / criticalPathSeconds; 0 when nothing was on the path. */
  readonly ratio: number;
  readonly changes: { create: number; update: number; replace: number; delete: number; same: number };
  /** How often a cloud answered 429, and how often an operation was tried again. */
  readonly throttles: number;
  readonly retries: number;
  readonly regions: readonly RegionSummary[];
  /** What is on each chain after an `up`. */
  readonly contracts: readonly ChainContracts[];
  readonly criticalPath: readonly Link[];
  /** What failed and belongs to no region: `name: why`, and `name, name:`, a line end and why where several failed for one reason. */
  readonly errors: readonly string[];
}

/** One region's part of a run. */
export interface RegionSummary extends RegionName {
  /** Unfinished: nothing of it failed, but what failed elsewhere kept validators from being made. */
  readonly result: Result | "unfinished";
  /** From the beginning of its first step to the end of its last; 0 when nothing changed. */
  readonly seconds: number;
  readonly error?: string;
}

/** What a summary is made from. */
export interface RunFacts {
  readonly stack: string;
  readonly mode: Mode;
  readonly result: Result;
  readonly seconds: number;
  readonly events: readonly TimedEvent[];
  readonly regions: readonly RegionName[];
  /** The state with the dependencies: after an `up`, before a `destroy`. */
  readonly resources: readonly StateResource[];
}

/** Sums a run up. Pure. */
export function summarize(facts: RunFacts): Summary {
  const done = steps(facts.events);
  const path = criticalPath(timed(done, facts.resources, facts.mode));
  const criticalPathSeconds = round(path.reduce((sum, { seconds }) => sum + seconds, 0));
  const errors = errorsOf(facts.events);
  return {
    stack: facts.stack,
    mode: facts.mode,
    result: facts.result,
    seconds: round(facts.seconds),
    criticalPathSeconds,
    ratio: criticalPathSeconds === 0 ? 0 : round(facts.seconds / criticalPathSeconds),
    changes: changes(done),
    throttles: count(facts.events, /\b429\b|[Tt]oo many requests|[Tt]hrottl/),
    retries: count(facts.events, /\b[Rr]etry(ing)?\b/),
    regions: facts.regions.map((region) => regionSummary(region, facts, done, errors)),
    contracts: facts.mode === "up" ? contractsByChain(facts.resources) : [],
    criticalPath: path.map(({ urn, seconds }) => ({ urn, seconds: round(seconds) })),
    errors: byReason(
      [...errors]
        .filter(([urn]) => regionOf(urn, facts.regions) === undefined)
        .filter(([, text]) => errors.size === 1 || !ENGINE_VERDICT.test(text)),
    ),
  };
}

/** Errors as text, those that differ in nothing but the resource's name as one. */
function byReason(errors: readonly (readonly [urn: string, text: string])[]): string[] {
  const groups = new Map<string, { names: string[]; text: string }>();
  for (const [urn, text] of errors) {
    const name = nameOf(urn);
    const reason = name === "" ? text : text.replaceAll(nameInText(name), "it");
    const group = groups.get(reason);
    groups.set(reason, {
      names: [...(group?.names ?? []), ...(name === "" ? [] : [name])],
      text: group === undefined ? text : reason,
    });
  }
  return [...groups.values()].map(({ names, text }) =>
    names.length === 0 ? text : `${names.join(", ")}:${names.length === 1 ? " " : "\n"}${text}`,
  );
}

/** A name where it stands alone, not as a part of another one. */
function nameInText(name: string): RegExp {
  return new RegExp(`(?<![\\w-])${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`, "g");
}

/** What the engine says after it has said what failed. */
const ENGINE_VERDICT = /^(update|destroy) failed$/;

/** The region or chain that a resource belongs to, by its name: every resource of one begins with that name. */
export function groupOf(urn: string, groups: readonly string[]): string | undefined {
  const name = nameOf(urn);
  return groups
    .filter((group) => name === group || name.startsWith(`${group}-`))
    .sort((a, b) => b.length - a.length)[0];
}

function regionOf(urn: string, regions: readonly RegionName[]): string | undefined {
  return groupOf(
    urn,
    regions.map(({ name }) => name),
  );
}

/** A resource's name in the program. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function regionSummary(
  region: RegionName,
  facts: RunFacts,
  done: readonly Step[],
  errors: ReadonlyMap<string, string>,
): RegionSummary {
  const { regions, result, events } = facts;
  const own = done.filter(
    ({ op, urn, metadata }) => op !== "same" && custom(metadata) && regionOf(urn, regions) === region.name,
  );
  const error = byReason([...errors].filter(([urn]) => regionOf(urn, regions) === region.name)).join("\n");
  const open = own.some((step) => step.ended === undefined);
  const last = Math.max(...own.map((step) => step.ended ?? events.at(-1)?.at ?? step.started));
  return {
    ...region,
    result:
      error !== "" || own.some((step) => step.failed)
        ? "failed"
        : open || result === "cancelled"
          ? "cancelled"
          : isFinished(region, facts)
            ? "succeeded"
            : "unfinished",
    seconds: own.length === 0 ? 0 : round((last - Math.min(...own.map(({ started }) => started))) / 1000),
    ...(error === "" ? {} : { error }),
  };
}

/** A run that succeeded finished every region; in one that failed, a region is when all its validators are there. */
function isFinished(region: RegionName, { mode, result, resources }: RunFacts) {
  const ofValidator = new RegExp(`^${region.name}-validator-\\d+$`);
  const validators = resources.filter(
    ({ type, urn }) => type === "kubernetes:apps/v1:StatefulSet" && ofValidator.test(nameOf(urn)),
  ).length;
  return result === "succeeded" || mode === "destroy" || validators >= region.validators;
}

function changes(done: readonly Step[]): Summary["changes"] {
  const real = done.filter(
    ({ type, ended, failed }) =>
      ended !== undefined &&
      !failed &&
      type !== "pulumi:pulumi:Stack" &&
      !type.startsWith("pulumi:providers:"),
  );
  const of = (...ops: string[]) => real.filter(({ op }) => ops.includes(op)).length;
  return {
    create: of("create"),
    update: of("update"),
    replace: of("create-replacement"),
    delete: of("delete"),
    same: of("same"),
  };
}

/** A deletion waits for what depends on it, so there the edges are turned round. */
function timed(done: readonly Step[], resources: readonly StateResource[], mode: Mode) {
  const dependencies = new Map<string, string[]>();
  const add = (from: string, to: string) => dependencies.set(from, [...(dependencies.get(from) ?? []), to]);
  for (const resource of resources) {
    for (const dependency of dependenciesOf(resource)) {
      if (mode === "destroy") {
        add(dependency, resource.urn);
      } else {
        add(resource.urn, dependency);
      }
    }
  }
  return done
    .filter(({ op, ended, metadata }) => op !== "same" && ended !== undefined && custom(metadata))
    .map(({ urn, started, ended }) => ({
      urn,
      seconds: ((ended ?? started) - started) / 1000,
      dependencies: dependencies.get(urn) ?? [],
    }));
}

/** A component is done when its children are; only they take time of their own. */
function custom(metadata: Step["metadata"]): boolean {
  return (metadata.new ?? metadata.old)?.custom === true;
}

function count(events: readonly TimedEvent[], pattern: RegExp): number {
  return events.filter(({ event }) => pattern.test(event.diagnosticEvent?.message ?? "")).length;
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
