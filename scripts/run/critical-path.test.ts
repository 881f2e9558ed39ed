import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { criticalPath, type Timed } from "./critical-path";

/** Random acyclic graphs in random order: before the shuffling, each resource depends only on earlier resources. */
const graph = fc
  .array(fc.record({ seconds: fc.nat(100), links: fc.array(fc.nat(40), { maxLength: 4 }) }), {
    minLength: 1,
    maxLength: 40,
  })
  .chain((nodes) => {
    const resources: Timed[] = nodes.map(({ seconds, links }, index) => ({
      urn: `r${index}`,
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
        const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
        const path = criticalPath(resources);
        path.slice(1).forEach(({ urn }, index) => {
          expect(byUrn.get(urn)?.dependencies).toContain(path[index]?.urn);
        });
        const longest = (urn: string): number => {
          const resource = byUrn.get(urn);
          return resource === undefined
            ? 0
            : resource.seconds + Math.max(0, ...resource.dependencies.map(longest));
        };
        const small = resources.length <= 12 ? resources : resources.slice(0, 1);
        for (const { urn } of small) {
          expect(total(path)).toBeGreaterThanOrEqual(longest(urn));
        }
        expect(total(path)).toBeLessThanOrEqual(total(resources));
      }),
    );
  });

  it("contains the slower of two parallel branches", () => {
    const diamond = [
      { urn: "group", seconds: 2, dependencies: [] },
      { urn: "address", seconds: 1, dependencies: ["group"] },
      { urn: "cluster", seconds: 10, dependencies: ["group", "not in this run"] },
      { urn: "validator", seconds: 3, dependencies: ["address", "cluster"] },
    ];
    expect(criticalPath(diamond).map(({ urn }) => urn)).toEqual(["group", "cluster", "validator"]);
  });

  it("is empty if there are no resources, and is also computed if the dependencies have a cycle", () => {
    expect(criticalPath([])).toEqual([]);
    expect(
      criticalPath([
        { urn: "a", seconds: 1, dependencies: ["b"] },
        { urn: "b", seconds: 1, dependencies: ["a"] },
      ]).length,
    ).toBeGreaterThan(0);
  });
});
