import type * as pulumi from "@pulumi/pulumi";

/** The options of a component, apart from those of its contents. */
export interface SplitOptions {
  readonly component: pulumi.ComponentResourceOptions;
  /** The options of every resource in the component, beside the parent. */
  readonly contents: Pick<pulumi.CustomResourceOptions, "provider">;
}

/**
 * Takes the provider from the options of a component. The SDK registers a component that has a provider only when the provider
 * exists, and the resources in a component wait for its registration: with the provider of a cluster, 0.1 s after each cluster.
 */
export function splitOptions({ provider, ...component }: pulumi.ComponentResourceOptions): SplitOptions {
  return { component, contents: provider === undefined ? {} : { provider } };
}
