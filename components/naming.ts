import * as pulumi from "@pulumi/pulumi";

/*
 * The names and tags that a region's resources have in its cloud. Every name is fixed or stands in a tag, so that
 * `chainfleet` can find a resource again whose creation was interrupted. Changing a name replaces the resource.
 */

/**
 * The name of a region's share of a network: the Azure resource group, the cluster and the Kubernetes namespace have
 * this name, and the names of all other resources in the region begin with it.
 *
 * @param part of the region that the resource is. @default the region as a whole
 * @example "chain138-eastus", "chain138-eastus-nodes"
 */
export function fullName(network: string, region: string, part?: string): string {
  return [network, region, ...(part === undefined ? [] : [part])].join("-");
}

/** The tags of every Azure resource of a region. */
export function azureTags(network: string, region: string): Record<string, string> {
  return { "chainfleet-network": network, "chainfleet-region": region };
}

/**
 * The tags of every AWS resource of a region. `chainfleet` searches for orphaned resources by the stack's tag.
 *
 * @param stack the stack of the network. The stack of a single region has the tag of the network's stack too, so that
 *   moving a region to a stack of its own changes no tag.
 */
export function awsTags(stack: string, network: string, region: string): Record<string, string> {
  return {
    "chainfleet:stack": `${pulumi.getProject()}/${stack}`,
    "chainfleet:network": network,
    "chainfleet:region": region,
  };
}

/** The names of the tags that every taggable resource of a region has. */
export const AZURE_TAG_NAMES: readonly string[] = ["chainfleet-network", "chainfleet-region"];
export const AWS_TAG_NAMES: readonly string[] = [
  "chainfleet:stack",
  "chainfleet:network",
  "chainfleet:region",
];

/** The tag that AWS shows as the name of a resource that AWS itself identifies by a generated id. */
export function nameTag(name: string): { Name: string } {
  return { Name: name };
}

/** The name of a validator in its stack, with which the names of its resources begin. @example "eastus-validator-0" */
export function validatorName(region: string, index: number): string {
  return `${region}-${validatorObjectName(index)}`;
}

/** The names of all validators of a region in their stack, in their order. */
export function validatorNames(region: { readonly name: string; readonly validators: number }): string[] {
  return Array.from({ length: region.validators }, (_, index) => validatorName(region.name, index));
}

/** The name of the resource with a validator's key in its stack. @example "eastus-validator-0-node-key" */
export function validatorKeyName(region: string, index: number): string {
  return `${validatorName(region, index)}-node-key`;
}

/** The name of a validator's Kubernetes objects, unique in the region's namespace. @example "validator-0" */
export function validatorObjectName(index: number): string {
  return `validator-${index}`;
}
