import type { Stack } from "@pulumi/pulumi/automation";

/** A resource as the state has it; only what is read here. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly id?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
  readonly parent?: string;
  readonly provider?: string;
  readonly dependencies?: readonly string[];
  readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
  readonly [other: string]: unknown;
}

/** A stack's state; only what is read here. */
export interface State {
  readonly resources?: readonly StateResource[];
  readonly pending_operations?: readonly { readonly resource: StateResource; readonly type: string }[];
  readonly [other: string]: unknown;
}

/** Reads the state. Secrets stay encrypted. */
export async function readState(stack: Stack): Promise<State> {
  return ((await stack.exportStack()).deployment ?? {}) as State;
}

/** Everything that a resource had to wait for, as URNs: its dependencies and its provider. */
export function dependenciesOf(resource: StateResource): string[] {
  const provider = resource.provider?.split("::").slice(0, -1).join("::");
  return [
    ...new Set([
      ...(resource.dependencies ?? []),
      ...Object.values(resource.propertyDependencies ?? {}).flatMap((urns) => urns ?? []),
      ...(provider === undefined || provider === "" ? [] : [provider]),
    ]),
  ];
}
