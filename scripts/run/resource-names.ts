import { longestPrefix } from "../../components/longest-prefix";

/**
 * The name that a resource has in the program.
 *
 * @param urn of the resource: `urn:pulumi:<stack>::<project>::<type>::<name>`
 */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/**
 * The region or chain that a resource belongs to: the one with whose name the resource's name begins.
 *
 * @param groups the names of the regions and chains.
 * @returns undefined if the resource belongs to no region and no chain.
 */
export function groupOf(urn: string, groups: readonly string[]): string | undefined {
  return longestPrefix(nameOf(urn), groups);
}

/**
 * The name that the resources of a validator have or begin with, its StatefulSet among them.
 *
 * @param index of the validator in its region, from 0.
 */
export function validatorName(region: string, index: number): string {
  return `${region}-validator-${index}`;
}
