/**
 * The prefix with which a resource's name begins: the name of the region or chain that the resource belongs to. If several
 * match, as "eu" and "eu-west" do for "eu-west-network", the longest one is the right one.
 */
export function longestPrefix(name: string, prefixes: readonly string[]): string | undefined {
  return prefixes
    .filter((prefix) => name === prefix || name.startsWith(`${prefix}-`))
    .sort((a, b) => b.length - a.length)[0];
}
