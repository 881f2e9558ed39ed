import { type ChainContracts, contractsByChain } from "../contracts/deployed";
import { dependenciesOf, type StateResource } from "../engine/state";
import { criticalPath, type Link } from "./critical-path";
import { errorsOf, type Step, steps, type TimedEvent } from "./events";
import { groupOf, nameOf, validatorName } from "./resource-names";

/** The operation of a run, as its record names it. */
export type Mode = "up" | "destroy";

export type Result = "succeeded" | "failed" | "cancelled";

/** A region as the config describes it. */
export interface ConfiguredRegion {
  readonly name: string;
  readonly cloud: string;
  readonly validators: number;
}

/** The summary of a run: the contents of `summary.json`. Times are in seconds of wall-clock time. */
export interface Summary {
  readonly stack: string;
  readonly mode: Mode;
  readonly result: Result;
  readonly seconds: number;
  readonly criticalPathSeconds: number;
  /** `seconds` divided by `criticalPathSeconds`; 0 if the critical path is empty. */
  readonly ratio: number;
  readonly changes: { create: number; update: number; replace: number; delete: number; same: number };
  /** The number of the engine's messages that report a throttled request (HTTP status 429). */
  readonly throttles: number;
  /** The number of the engine's messages that report a retry. */
  readonly retries: number;
  readonly regions: readonly RegionSummary[];
  /** The contracts on each chain after an `up`; empty after a `destroy`. */
  readonly contracts: readonly ChainContracts[];
  readonly criticalPath: readonly Link[];
  /**
   * The errors of resources that belong to no region. One resource: `<name>: <error>`. Several resources that failed
   * for the same reason: their names, a colon and a line break, then the error.
   */
  readonly errors: readonly string[];
}

/** The part of a run that concerns one region. */
export interface RegionSummary extends ConfiguredRegion {
  /** `unfinished`: no resource of the region failed, but a failure elsewhere kept validators from being created. */
  readonly result: Result | "unfinished";
  /** From the start of the region's first step to the end of its last step; 0 if nothing changed. */
  readonly seconds: number;
  readonly error?: string;
}

/** The facts from which a summary is computed. */
export interface RunFacts {
  readonly stack: string;
  readonly mode: Mode;
  readonly result: Result;
  readonly seconds: number;
  readonly events: readonly TimedEvent[];
  readonly regions: readonly ConfiguredRegion[];
  /** The resources in the state, with their dependencies: of an `up` after the run, of a `destroy` before the run. */
  readonly resources: readonly StateResource[];
}

/** Computes the summary of a run. Pure. */
export function summarize(facts: RunFacts): Summary {
  const done = steps(facts.events);
  const path = criticalPath(timedSteps(done, facts.resources, facts.mode));
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
        .filter(([, text]) => errors.size === 1 || !ENGINE_VERDICTS.has(text)),
    ),
  };
}

/** The errors as texts. Errors that differ only in the name of the failed resource become one text. */
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

/** Matches a resource's name where the name is not part of a longer name. */
function nameInText(name: string): RegExp {
  return new RegExp(`(?<![\\w-])${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`, "g");
}

/** The engine's last messages about a run that failed, which name no cause. */
const ENGINE_VERDICTS: ReadonlySet<string> = new Set(["update failed", "destroy failed"]);

function regionOf(urn: string, regions: readonly ConfiguredRegion[]): string | undefined {
  return groupOf(
    urn,
    regions.map(({ name }) => name),
  );
}

function regionSummary(
  region: ConfiguredRegion,
  facts: RunFacts,
  done: readonly Step[],
  errors: ReadonlyMap<string, string>,
): RegionSummary {
  const { regions, result, events } = facts;
  const own = done.filter(
    ({ op, urn, metadata }) => op !== "same" && isCustom(metadata) && regionOf(urn, regions) === region.name,
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

/** A region is finished if the run succeeded, or if the state contains all validators of the region. */
function isFinished(region: ConfiguredRegion, { mode, result, resources }: RunFacts): boolean {
  const existing = new Set(
    resources.filter(({ type }) => type === "kubernetes:apps/v1:StatefulSet").map(({ urn }) => nameOf(urn)),
  );
  const validators = Array.from({ length: region.validators }, (_, index) =>
    validatorName(region.name, index),
  );
  return result === "succeeded" || mode === "destroy" || validators.every((name) => existing.has(name));
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

/**
 * The steps with their durations and dependencies. A deletion waits for the deletion of the resource's dependents, so
 * the dependencies of a `destroy` point in the opposite direction.
 */
function timedSteps(done: readonly Step[], resources: readonly StateResource[], mode: Mode) {
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
    .filter(({ op, ended, metadata }) => op !== "same" && ended !== undefined && isCustom(metadata))
    .map(({ urn, started, ended }) => ({
      urn,
      seconds: ((ended ?? started) - started) / 1000,
      dependencies: dependencies.get(urn) ?? [],
    }));
}

/** Whether the resource is a custom resource. A component resource takes no time of its own. */
function isCustom(metadata: Step["metadata"]): boolean {
  return (metadata.new ?? metadata.old)?.custom === true;
}

function count(events: readonly TimedEvent[], pattern: RegExp): number {
  return events.filter(({ event }) => pattern.test(event.diagnosticEvent?.message ?? "")).length;
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
