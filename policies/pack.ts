import {
  PolicyPack,
  type PolicyResource as PulumiResource,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import type { PolicyResource, Problem, Rule } from "../components/policy/rule";
import { DEFAULT_LEVELS, RULE_NAMES, RULES, type RuleName } from "../components/policy/rules";

/**
 * Serves the rules as a policy pack of CrossGuard, for organizations that enforce packs, and for stacks of other programs. The
 * program of this project applies the same rules itself, so a run of chainfleet does not need the pack.
 */
export function servePack(): void {
  new PolicyPack("chainfleet", { policies: RULE_NAMES.map(policyOf) });
}

/** A rule as a policy of its own, whose level and exceptions are in the configuration of the pack. */
function policyOf(name: RuleName): ResourceValidationPolicy | StackValidationPolicy {
  const rule: Rule = RULES[name];
  const shared = {
    name: kebab(name),
    description: rule.description,
    enforcementLevel: DEFAULT_LEVELS[name],
    configSchema: {
      properties: { except: { type: "array" as const, items: { type: "string" as const }, default: [] } },
    },
  };
  return "ofResource" in rule
    ? {
        ...shared,
        validateResource: ({ type, name: resource, props, provider, getConfig }, report) => {
          if (!getConfig<Settings>().except.includes(resource)) {
            const properties = { type, name: resource, properties: props };
            const providerOf = provider === undefined ? {} : { provider: provider.props };
            for (const problem of rule.ofResource({ ...properties, ...providerOf })) {
              report(textOf(resource, problem));
            }
          }
        },
      }
    : {
        ...shared,
        validateStack: ({ resources, getConfig }, report) => {
          for (const { resource, ...problem } of rule.ofStack(resources.map(asResource))) {
            if (!getConfig<Settings>().except.includes(resource.name)) {
              report(textOf(resource.name, problem), urnOf(resource, resources));
            }
          }
        },
      };
}

interface Settings {
  readonly except: readonly string[];
}

/** Names of policies are written with dashes, as in all packs of Pulumi. */
function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function textOf(resource: string, { problem, next }: Problem): string {
  return `${resource} ${problem}.\n${next}`;
}

function asResource({ type, name, props }: PulumiResource): PolicyResource {
  return { type, name, properties: props };
}

function urnOf({ type, name }: PolicyResource, resources: readonly PulumiResource[]): string | undefined {
  return resources.find((resource) => resource.type === type && resource.name === name)?.urn;
}
