import { WAIT_KINDS, type Wait, type WaitKind } from "../../components/governor/waits";
import { shardStackName } from "../../stacks/config/written/shard-name";
import { plainStackName } from "../../stacks/config/written/written-config";
import type { StateResource } from "../engine/state";
import { errorsOf, type Step, steps, type TimedEvent } from "./events";
import type { Mode } from "./mode";
import { groupOf, nameOf, validatorName } from "./resource-names";
import { type ContractCounts, contractCounts } from "./result/contract-counts";
import { saysInterrupted } from "./result/interrupted";
import { votesIn } from "./result/votes";
import { type Parts, partsOf } from "./timing/parts";
import { criticalSteps, durationOf, type TimedStep, timedSteps } from "./timing/timed-steps";
import { waitedSeconds, waitsBySteps } from "./timing/waits";

export type Result = "succeeded" | "failed" | "cancelled";

/** A region as the config describes it, or as the state does if the config no longer has it. */
export interface ConfiguredRegion {
  readonly name: string;
  readonly cloud: string;
  readonly validators: number;
  /** Whether the region is in the state and no longer in the config, so that an `up` deletes it. @default false */
  readonly removed?: boolean;
}

/** The summary of a run: the contents of `summary.json`. Times are in seconds of wall-clock time. */
export interface Summary {
  readonly stack: string;
  readonly mode: Mode;
  /** Whether the run was on the local target, with which every cloud is simulated. */
  readonly simulated: boolean;
  readonly result: Result;
  readonly seconds: number;
  /** What the learned durations predicted before the run; absent if it was not known what the run would do. */
  readonly predictedSeconds?: number;
  readonly criticalPathSeconds: number;
  /**
   * `seconds` divided by `criticalPathSeconds`: 1 is a run as fast as its longest chain of dependencies, and `parts` says
   * where the rest of the time was. 0 if the critical path is empty.
   */
  readonly ratio: number;
  /** `seconds` in parts. */
  readonly parts: Parts;
  /** The sum of the durations of all operations. */
  readonly workSeconds: number;
  /** How long operations waited, added up over the operations, by what they waited for. */
  readonly waits: Readonly<Record<WaitKind, number>>;
  readonly changes: { create: number; update: number; replace: number; delete: number; same: number };
  /** How many requests the clouds refused because of a rate limit (HTTP status 429), as far as the plugins said so. */
  readonly throttles: number;
  /** How many failed operations were repeated. */
  readonly retries: number;
  readonly regions: readonly RegionSummary[];
  /** The contracts on each chain after an `up`; empty after a `destroy`, and after a run that began nothing. */
  readonly contracts: readonly ContractCounts[];
  readonly criticalPath: readonly Link[];
  /**
   * The errors of resources that belong to no region. One resource: `<name>: <error>`. Several resources that failed
   * for the same reason: their names, a colon and a line break, then the error.
   */
  readonly errors: readonly string[];
}

/** An operation on the critical path. */
export interface Link {
  readonly urn: string;
  readonly seconds: number;
}

/** The part of a run that concerns one region. */
export interface RegionSummary extends ConfiguredRegion {
  /**
   * `unfinished`: no resource of the region failed, but a failure elsewhere kept validators from being created, or kept
   * resources of a removed region from being deleted. `not-begun`: the run failed or was interrupted before it looked at
   * any resource.
   * `deleted`: the region was removed from the config, and nothing is left of it in the state.
   */
  readonly result: Result | "unfinished" | "not-begun" | "deleted";
  /** How many of the region's validators have a vote on the chain; absent where the state does not tell. */
  readonly votes?: number;
  /** From the start of the region's first step to the end of its last step; 0 if nothing changed. */
  readonly seconds: number;
  readonly error?: string;
}

/** The facts from which a summary is computed. */
export interface RunFacts {
  readonly stack: string;
  readonly mode: Mode;
  readonly result: Result;
  /** In milliseconds since the epoch. */
  readonly startedAt: number;
  readonly seconds: number;
  readonly events: readonly TimedEvent[];
  readonly regions: readonly ConfiguredRegion[];
  /** The resources in the state before the run, with their dependencies. */
  readonly before: readonly StateResource[];
  /** The resources in the state, with their dependencies: of an `up` after the run, of a `destroy` before the run. */
  readonly resources: readonly StateResource[];
  readonly waits: readonly Wait[];
  readonly simulated: boolean;
  readonly predictedSeconds?: number | undefined;
}

/** Computes the summary of a run. Pure. */
export function summarize(facts: RunFacts): Summary {
  const done = steps(facts.events);
  const timed = timedStepsOf(facts);
  const path = criticalSteps(timed);
  const criticalPathSeconds = round(path.reduce((sum, step) => sum + durationOf(step), 0));
  const errors = failuresOf(facts);
  const begun = facts.result === "succeeded" || done.some(isBegun);
  return {
    stack: facts.stack,
    mode: facts.mode,
    simulated: facts.simulated,
    result: facts.result,
    seconds: round(facts.seconds),
    ...(facts.predictedSeconds === undefined ? {} : { predictedSeconds: round(facts.predictedSeconds) }),
    criticalPathSeconds,
    ratio: criticalPathSeconds === 0 ? 0 : round(facts.seconds / criticalPathSeconds),
    parts: partsOf(timed, path, spanOf(facts)),
    workSeconds: round(timed.reduce((sum, step) => sum + durationOf(step), 0)),
    waits: waitSeconds(timed, facts),
    changes: changes(done),
    throttles:
      facts.waits.filter(({ failure }) => failure === "throttled").length +
      count(facts.events, /\b429\b|[Tt]oo many requests|[Tt]hrottl/),
    retries: facts.waits.filter(({ kind }) => kind === "retry").length,
    regions: facts.regions.map((region) => {
      const summary = regionSummary(region, facts, done, errors);
      return begun || summary.result === "failed" ? summary : { ...summary, result: "not-begun" };
    }),
    contracts: facts.mode === "up" && begun ? contractCounts(done, facts.resources) : [],
    criticalPath: path.map((step) => ({ urn: step.urn, seconds: durationOf(step) })),
    errors: byReason(
      [...errors]
        .filter(([urn]) => regionOf(urn, facts) === undefined)
        .filter(([, text]) => errors.size === 1 || !ENGINE_VERDICTS.has(text)),
    ),
  };
}

/** The errors by URN, without those which say only that the user has interrupted the run. */
function failuresOf({ events, result }: RunFacts): Map<string, string> {
  const errors = [...errorsOf(events)];
  return new Map(
    result === "cancelled"
      ? errors.filter(([, text]) => !saysInterrupted(text) && !ENGINE_VERDICTS.has(text))
      : errors,
  );
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

/** The stack of a single region belongs to the region as a whole: its program's errors have the URN of the stack. */
function regionOf(urn: string, { stack, regions }: RunFacts): string | undefined {
  const names = regions.map(({ name }) => name);
  const parent = plainStackName(stack);
  const ofStack = names.find((region) =>
    urn.startsWith(`urn:pulumi:${shardStackName({ parent, region })}::`),
  );
  return ofStack ?? groupOf(urn, names);
}

function regionSummary(
  region: ConfiguredRegion,
  facts: RunFacts,
  done: readonly Step[],
  errors: ReadonlyMap<string, string>,
): RegionSummary {
  const { events } = facts;
  const own = done.filter(
    ({ op, urn, metadata }) => op !== "same" && isCustom(metadata) && regionOf(urn, facts) === region.name,
  );
  const error = byReason([...errors].filter(([urn]) => regionOf(urn, facts) === region.name)).join("\n");
  const votes = facts.mode === "up" ? votesIn(region, facts.resources) : undefined;
  const last = Math.max(...own.map((step) => step.ended ?? events.at(-1)?.at ?? step.started));
  return {
    ...region,
    ...(votes === undefined || region.removed === true ? {} : { votes }),
    result: error === "" ? resultOf(region, { own, done }, facts) : "failed",
    seconds: own.length === 0 ? 0 : round((last - Math.min(...own.map(({ started }) => started))) / 1000),
    ...(error === "" ? {} : { error }),
  };
}

/** The result of a region of which no resource has an error. */
function resultOf(
  region: ConfiguredRegion,
  { own, done }: { readonly own: readonly Step[]; readonly done: readonly Step[] },
  facts: RunFacts,
): RegionSummary["result"] {
  const isInterrupted = facts.result === "cancelled";
  if (own.some(({ failed }) => failed)) {
    return isInterrupted ? "cancelled" : "failed";
  }
  if (own.some(({ ended }) => ended === undefined) || (isInterrupted && !isCompared(region, done, facts))) {
    return "cancelled";
  }
  if (!isFinished(region, facts)) {
    return isInterrupted ? "cancelled" : "unfinished";
  }
  return region.removed === true && facts.mode === "up" ? "deleted" : "succeeded";
}

/** Whether the engine has compared every resource of the region with the config: what it did not look at may have to change. */
function isCompared(region: ConfiguredRegion, done: readonly Step[], facts: RunFacts): boolean {
  const compared = new Set(done.map(({ urn }) => urn));
  return facts.resources.every(
    ({ urn, custom }) => custom !== true || compared.has(urn) || regionOf(urn, facts) !== region.name,
  );
}

/**
 * A region is finished if the run succeeded, or if the state contains all validators of the region. A removed region is
 * finished if nothing of it is left in the state.
 */
function isFinished(region: ConfiguredRegion, facts: RunFacts): boolean {
  const { mode, result, resources } = facts;
  if (result === "cancelled" && (mode === "destroy" || region.validators === 0)) {
    return false;
  }
  if (region.removed === true && mode === "up") {
    return !resources.some(({ urn, custom }) => custom === true && regionOf(urn, facts) === region.name);
  }
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

/** The steps of a run that took time, with what each of them waited for. Pure. */
export function timedStepsOf({ events, before, resources, mode, startedAt }: RunFacts): TimedStep[] {
  return timedSteps(steps(events), { before, after: resources }, { mode, startedAt });
}

function spanOf({ events, startedAt, seconds }: RunFacts) {
  const since = (at: number | undefined) => ((at ?? startedAt + seconds * 1000) - startedAt) / 1000;
  return { engineStarted: since(events[0]?.at), engineEnded: since(events.at(-1)?.at), ended: seconds };
}

function waitSeconds(timed: readonly TimedStep[], { waits, startedAt, seconds }: RunFacts): Summary["waits"] {
  const bySteps = waitsBySteps(timed, waits, { startedAt, endedAt: seconds });
  return Object.fromEntries(
    WAIT_KINDS.map((kind) => [
      kind,
      round(
        bySteps.reduce((sum, ofStep) => sum + waitedSeconds(ofStep.filter((wait) => wait.kind === kind)), 0),
      ),
    ]),
  ) as Summary["waits"];
}

/** Whether a step is one of a resource that the config describes: the engine makes the providers first, by itself. */
function isBegun({ type, metadata }: Step): boolean {
  return isCustom(metadata) && !type.startsWith("pulumi:providers:");
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
