/** How a finding of a rule is treated: not looked for, told as a warning, or told as an error that refuses the resource. */
export const LEVELS = ["disabled", "advisory", "mandatory"] as const;
export type Level = (typeof LEVELS)[number];

/** A resource as a rule sees it: what the program hands to the engine, before the engine does anything. */
export interface PolicyResource {
  /** @example "kubernetes:core/v1:Service" */
  readonly type: string;
  /** The name of the resource in its stack. @example "eastus-rpc-service" */
  readonly name: string;
  /** The inputs. A value that is not known yet is `UNKNOWN`. */
  readonly properties: Readonly<Record<string, unknown>>;
  /** The inputs of the explicit provider; absent if the resource has the default one. */
  readonly provider?: Readonly<Record<string, unknown>>;
}

/** What is wrong with a resource. Name and problem are one sentence. */
export interface Problem {
  /** @example "has the image besu:latest, which is other software from one day to the next" */
  readonly problem: string;
  /** What to change, with the key in the config where there is one. A whole sentence. */
  readonly next: string;
}

/** What all rules have in common. */
interface RuleBase {
  /** The code of the findings. @example "POLICY_PUBLIC_RPC" */
  readonly code: Uppercase<string>;
  /** What the rule asks for, in one sentence. */
  readonly description: string;
}

/** A rule about each resource on its own. Pure. */
export interface ResourceRule extends RuleBase {
  readonly ofResource: (resource: PolicyResource) => readonly Problem[];
}

/** A rule about a resource that only the whole stack can tell. Pure. */
export interface StackRule extends RuleBase {
  /** The types of the resources that the rule looks at. */
  readonly types: ReadonlySet<string>;
  readonly ofStack: (
    resources: readonly PolicyResource[],
  ) => readonly (Problem & { readonly resource: PolicyResource })[];
}

export type Rule = ResourceRule | StackRule;
