import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { criticalPath, type Work } from "./critical-path";

/** Random acyclic graphs in random order: before the shuffling, each resource depends only on earlier resources. */
const graph = fc
  .array(fc.record({ seconds: fc.nat(100), links: fc.array(fc.nat(40), { maxLength: 4 }) }), {
    minLength: 1,
    maxLength: 40,
  })
  .chain((nodes) => {
    const resources: Work[] = nodes.map(({ seconds, links }, index) => ({
      id: `r${index}`,
      seconds,
      dependencies: [...new Set(links.filter((link) => link < index).map((link) => `r${link}`))],
    }));
    return fc.shuffledSubarray(resources, { minLength: resources.length });
  });

const total = (links: readonly { seconds: number }[]) => links.reduce((sum, { seconds }) => sum + seconds, 0);

describe("the critical path", () => {
  it("is a chain of dependencies, and no other chain takes longer", () => {
    fc.assert(
      fc.property(graph, (resources) => {
        const byId = new Map(resources.map((resource) => [resource.id, resource]));
        const path = criticalPath(resources);
        path.slice(1).forEach(({ id }, index) => {
          expect(byId.get(id)?.dependencies).toContain(path[index]?.id);
        });
        const longest = (id: string): number => {
          const resource = byId.get(id);
          return resource === undefined
            ? 0
            : resource.seconds + Math.max(0, ...resource.dependencies.map(longest));
        };
        const small = resources.length <= 12 ? resources : resources.slice(0, 1);
        for (const { id } of small) {
          expect(total(path)).toBeGreaterThanOrEqual(longest(id));
        }
        expect(total(path)).toBeLessThanOrEqual(total(resources));
      }),
    );
  });

  it("contains the slower of two parallel branches", () => {
    const diamond = [
      { id: "group", seconds: 2, dependencies: [] },
      { id: "address", seconds: 1, dependencies: ["group"] },
      { id: "cluster", seconds: 10, dependencies: ["group", "not in this run"] },
      { id: "validator", seconds: 3, dependencies: ["address", "cluster"] },
    ];
    expect(criticalPath(diamond).map(({ id }) => id)).toEqual(["group", "cluster", "validator"]);
  });

  it("is empty if there are no resources, and is also computed if the dependencies have a cycle", () => {
    expect(criticalPath([])).toEqual([]);
    expect(
      criticalPath([
        { id: "a", seconds: 1, dependencies: ["b"] },
        { id: "b", seconds: 1, dependencies: ["a"] },
      ]).length,
    ).toBeGreaterThan(0);
  });
});
