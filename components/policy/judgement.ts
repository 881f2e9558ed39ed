import type { Level, PolicyResource, Problem, Rule } from "./rule";
import { RULE_NAMES, RULES, type RuleName } from "./rules";

/** What the config says about each rule. */
export type PolicySettings = Readonly<Record<RuleName, RuleSettings>>;

export interface RuleSettings {
  readonly level: Level;
  /** The names of the resources that may break the rule. */
  readonly except: readonly string[];
}

/** A resource that breaks a rule. */
export interface Violation extends Problem {
  readonly code: Uppercase<string>;
  readonly rule: RuleName;
  readonly level: Exclude<Level, "disabled">;
  /** The name of the resource in its stack. */
  readonly resource: string;
  readonly type: string;
}

/** What is wrong with a resource on its own. Pure. */
export function violationsOfResource(resource: PolicyResource, settings: PolicySettings): Violation[] {
  return activeRules(settings).flatMap(({ name, level, except }) => {
    const rule = RULES[name];
    return "ofResource" in rule && !except.includes(resource.name)
      ? rule.ofResource(resource).map((problem) => violation({ rule: name, level, resource }, problem))
      : [];
  });
}

/** The types of the resources that `violationsOfStack` looks at; it needs no others. */
export function typesLookedAtTogether(): ReadonlySet<string> {
  return new Set(
    RULE_NAMES.flatMap((name) => {
      const rule: Rule = RULES[name];
      return "ofStack" in rule ? [...rule.types] : [];
    }),
  );
}

/** What is wrong with resources that only the whole stack can tell. Pure. */
export function violationsOfStack(
  resources: readonly PolicyResource[],
  settings: PolicySettings,
): Violation[] {
  return activeRules(settings).flatMap(({ name, level, except }) => {
    const rule = RULES[name];
    return "ofStack" in rule
      ? rule
          .ofStack(resources)
          .filter(({ resource }) => !except.includes(resource.name))
          .map(({ resource, ...problem }) => violation({ rule: name, level, resource }, problem))
      : [];
  });
}

interface Broken {
  readonly rule: RuleName;
  readonly level: Violation["level"];
  readonly resource: PolicyResource;
}

function violation({ rule, level, resource: { name, type } }: Broken, problem: Problem): Violation {
  return { code: RULES[rule].code, rule, level, resource: name, type, ...problem };
}

function activeRules(settings: PolicySettings): readonly {
  readonly name: RuleName;
  readonly level: Violation["level"];
  readonly except: readonly string[];
}[] {
  return RULE_NAMES.flatMap((name) => {
    const { level, except } = settings[name];
    return level === "disabled" ? [] : [{ name, level, except }];
  });
}

/**
 * A violation as the engine's messages and the comment on a pull request show it.
 *
 * @param region the region of the resource; undefined if the resource is in none.
 */
export function violationText(
  { code, rule, resource, type, problem, next }: Violation,
  region: string | undefined,
): string {
  const kind = type.split(/[:/]/).at(-1) ?? type;
  const place = region === undefined || resource === region ? "" : ` in the region ${region}`;
  return [
    `${code}: ${resource} (${kind})${place} ${problem}.`,
    next,
    `To accept it, name the resource in chainfleet:policies.${rule}.except.`,
  ].join("\n");
}
