import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type GraphNode, grouped, transitivelyReduced, withAncestors } from "./dependency-graph";

/** Acyclic graphs: a resource waits only for resources before it. */
const graphs = fc
  .array(fc.record({ type: fc.constantFrom("a", "b", "c"), picks: fc.array(fc.nat(), { maxLength: 5 }) }), {
    maxLength: 14,
  })
  .map((drafts) =>
    drafts.map(({ type, picks }, index): GraphNode => {
      const dependencies = index === 0 ? [] : picks.map((pick) => `n${pick % index}`);
      return { type, name: `n${index}`, dependencies };
    }),
  );

/** The names of all that each resource waits for, directly or not. */
function reachable(nodes: readonly GraphNode[]): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const { name, dependencies } of nodes) {
    all.set(name, new Set(dependencies.flatMap((other) => [other, ...(all.get(other) ?? [])])));
  }
  return all;
}

describe("a graph without implied dependencies", () => {
  it("lets each resource wait for the same resources as before", () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        expect(reachable(transitivelyReduced(nodes))).toEqual(reachable(nodes));
      }),
    );
  });

  it("has no dependency that can be left out", () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const reduced = transitivelyReduced(nodes);
        for (const node of reduced) {
          for (const dropped of node.dependencies) {
            const without = reduced.map((other) =>
              other === node
                ? { ...node, dependencies: node.dependencies.filter((name) => name !== dropped) }
                : other,
            );
            expect(reachable(without).get(node.name)?.has(dropped)).toBe(false);
          }
        }
      }),
    );
  });

  it("leaves out dependencies on resources that it does not have", () => {
    expect(transitivelyReduced([{ type: "a", name: "x", dependencies: ["component"] }])).toEqual([
      { type: "a", name: "x", dependencies: [] },
    ]);
  });
});

describe("resources with all that they wait for", () => {
  it("are the chosen ones and what can be reached from them, in the same order", () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const reach = reachable(nodes);
        const chosen = nodes.filter(({ type }) => type === "a");
        const expected = nodes.filter(
          (node) => chosen.includes(node) || chosen.some(({ name }) => reach.get(name)?.has(node.name)),
        );
        expect(withAncestors(nodes, ({ type }) => type === "a")).toEqual(expected);
      }),
    );
  });
});

describe("groups of resources", () => {
  const partOf = ({ name }: GraphNode) => (Number(name.slice(1)) % 2 === 0 ? "even" : "odd");

  it("have each resource once, of one type and one part", () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const groups = grouped(nodes, partOf);
        expect(groups.flatMap(({ names }) => names).sort()).toEqual(nodes.map(({ name }) => name).sort());
        for (const { type, part, names } of groups) {
          const members = nodes.filter(({ name }) => names.includes(name));
          expect(members.map((node) => [node.type, partOf(node)])).toEqual(members.map(() => [type, part]));
        }
      }),
    );
  });

  it("wait for a group if and only if each member waits for a member of it", () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const groups = grouped(nodes, partOf);
        const groupOf = (name: string) => groups.findIndex(({ names }) => names.includes(name));
        for (const { name, dependencies } of nodes) {
          expect(groups[groupOf(name)]?.dependencies).toEqual(
            [...new Set(dependencies.map(groupOf))].sort((a, b) => a - b),
          );
        }
      }),
    );
  });

  it("are waited for by the same groups, whichever member", () => {
    fc.assert(
      fc.property(graphs, (nodes) => {
        const groups = grouped(nodes, partOf);
        const waiting = (name: string) =>
          groups.flatMap(({ names }, index) =>
            nodes.some((node) => names.includes(node.name) && node.dependencies.includes(name))
              ? [index]
              : [],
          );
        for (const { names } of groups) {
          const [first = ""] = names;
          expect(names.map(waiting)).toEqual(names.map(() => waiting(first)));
        }
      }),
    );
  });

  it("join the two validators of a region, and keep apart two groups of which one has the disks", () => {
    const nodes: GraphNode[] = [
      { type: "Group", name: "group", dependencies: [] },
      { type: "Group", name: "disks", dependencies: [] },
      { type: "Cluster", name: "cluster", dependencies: ["group"] },
      { type: "Claim", name: "validator-0-data", dependencies: ["cluster", "disks"] },
      { type: "Claim", name: "validator-1-data", dependencies: ["cluster", "disks"] },
      { type: "Set", name: "validator-0", dependencies: ["validator-0-data"] },
      { type: "Set", name: "validator-1", dependencies: ["validator-1-data"] },
    ];
    expect(grouped(nodes, () => "").map(({ names }) => names)).toEqual([
      ["group"],
      ["disks"],
      ["cluster"],
      ["validator-0-data", "validator-1-data"],
      ["validator-0", "validator-1"],
    ]);
  });
});
