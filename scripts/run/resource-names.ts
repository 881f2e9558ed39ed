/**
 * The name that a resource has in the program.
 *
 * @param urn of the resource: `urn:pulumi:<stack>::<project>::<type>::<name>`
 */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/**
 * The region or chain that a resource belongs to: the one with whose name the resource's name begins. If several names
 * match, as "eu" and "eu-west" do for "eu-west-network", the longest one is the right one.
 *
 * @param groups the names of the regions and chains.
 * @returns undefined if the resource belongs to no region and no chain.
 */
export function groupOf(urn: string, groups: readonly string[]): string | undefined {
  const name = nameOf(urn);
  return groups
    .filter((group) => name === group || name.startsWith(`${group}-`))
    .sort((a, b) => b.length - a.length)[0];
}

/**
 * The name that the resources of a validator have or begin with, its StatefulSet among them.
 *
 * @param index of the validator in its region, from 0.
 */
export function validatorName(region: string, index: number): string {
  return `${region}-validator-${index}`;
}
