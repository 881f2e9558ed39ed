/** What a resource is for a picture: its dependencies are names of resources of the same list. */
export interface GraphNode {
  readonly type: string;
  readonly name: string;
  readonly dependencies: readonly string[];
}

/** Resources of one type that wait for the same and for which the same wait: one box of a picture. */
export interface NodeGroup {
  readonly type: string;
  /** The part of the network to which all of them belong, as `partOf` of {@link grouped} says. */
  readonly part: string;
  readonly names: readonly string[];
  /** Indices of the groups that each member of this group waits for at least one member of. */
  readonly dependencies: readonly number[];
}

/**
 * The same graph without each dependency that others imply: `a` needs no edge to `c` if `a` waits for `b` and `b` for `c`.
 *
 * @param nodes an acyclic graph. Dependencies on what the list lacks are left out.
 */
export function transitivelyReduced<Node extends GraphNode>(nodes: readonly Node[]): Node[] {
  const direct = new Map(nodes.map(({ name, dependencies }) => [name, new Set(dependencies)]));
  const known = new Map<string, ReadonlySet<string>>();
  const ancestors = (name: string): ReadonlySet<string> => {
    const before = known.get(name);
    if (before !== undefined) {
      return before;
    }
    const all = new Set<string>();
    for (const dependency of direct.get(name) ?? []) {
      all.add(dependency);
      for (const ancestor of ancestors(dependency)) {
        all.add(ancestor);
      }
    }
    known.set(name, all);
    return all;
  };
  return nodes.map((node) => {
    const dependencies = [...new Set(node.dependencies)].filter((name) => direct.has(name));
    const implied = new Set(dependencies.flatMap((name) => [...ancestors(name)]));
    return { ...node, dependencies: dependencies.filter((name) => !implied.has(name)) };
  });
}

/** The resources that are chosen, and everything that they wait for, directly or not. The order stays. */
export function withAncestors<Node extends GraphNode>(
  nodes: readonly Node[],
  isChosen: (node: Node) => boolean,
): Node[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const reached = new Set<string>();
  const waiting = nodes.filter(isChosen).map(({ name }) => name);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (!reached.has(name)) {
      reached.add(name);
      waiting.push(...(byName.get(name)?.dependencies ?? []));
    }
  }
  return nodes.filter(({ name }) => reached.has(name));
}

/**
 * Puts resources that cannot be told apart into one group: the fewest groups of one type and one part in which every member
 * waits for the same groups, and the same groups wait for every member. An edge between groups is therefore true of each
 * resource in them, and groups of an acyclic graph have no cycle.
 *
 * @param partOf the part of the network to which a resource belongs. Resources of several parts are never in one group.
 */
export function grouped(nodes: readonly GraphNode[], partOf: (node: GraphNode) => string): NodeGroup[] {
  const indices = new Map(nodes.map(({ name }, index) => [name, index]));
  const dependencies = nodes.map((node) => node.dependencies.flatMap((name) => indices.get(name) ?? []));
  const dependents: number[][] = nodes.map(() => []);
  for (const [index, needed] of dependencies.entries()) {
    for (const dependency of needed) {
      dependents[dependency]?.push(index);
    }
  }
  let groups = numbered(nodes.map((node) => JSON.stringify([node.type, partOf(node)])));
  for (let before = 0; before < countOf(groups); ) {
    before = countOf(groups);
    const current = groups;
    const groupsAt = (neighbours: readonly number[] = []) =>
      [...new Set(neighbours.map((neighbour) => current[neighbour]))].sort();
    groups = numbered(
      current.map((group, index) =>
        JSON.stringify([group, groupsAt(dependencies[index]), groupsAt(dependents[index])]),
      ),
    );
  }
  return Array.from({ length: countOf(groups) }, (_, group) => {
    const members = nodes.filter((_node, index) => groups[index] === group);
    const [first] = members as [GraphNode];
    const needed = (dependencies[indices.get(first.name) ?? 0] ?? []).map((index) => groups[index] ?? 0);
    return {
      type: first.type,
      part: partOf(first),
      names: members.map(({ name }) => name),
      dependencies: [...new Set(needed)].sort((a, b) => a - b),
    };
  });
}

/** The number of the group of each key: equal keys have equal numbers, and numbers count up by first occurrence. */
function numbered(keys: readonly string[]): number[] {
  const numbers = new Map([...new Set(keys)].map((key, index) => [key, index]));
  return keys.map((key) => numbers.get(key) ?? 0);
}

function countOf(groups: readonly number[]): number {
  return new Set(groups).size;
}
