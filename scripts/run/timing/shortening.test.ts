import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { criticalPath, type Work } from "./critical-path";
import { gains, independentChain, secondsOf } from "./shortening";

const graph = fc
  .array(fc.record({ seconds: fc.nat(100), links: fc.array(fc.nat(20), { maxLength: 3 }) }), {
    maxLength: 20,
  })
  .map((nodes): Work[] =>
    nodes.map(({ seconds, links }, index) => ({
      id: `${index}`,
      seconds,
      dependencies: links.filter((link) => link < index).map(String),
    })),
  );

describe("what shortening an operation gains", () => {
  it("is reached exactly: a little less shortens the path by as much, more shortens it no further", () => {
    fc.assert(
      fc.property(graph, (works) => {
        const path = criticalPath(works);
        const total = secondsOf(path);
        for (const { id, seconds: gain } of gains(works, path)) {
          const shortened = (by: number) =>
            secondsOf(
              criticalPath(
                works.map((work) => (work.id === id ? { ...work, seconds: work.seconds - by } : work)),
              ),
            );
          const own = works.find((work) => work.id === id)?.seconds ?? 0;
          expect(gain).toBeGreaterThanOrEqual(0);
          expect(gain).toBeLessThanOrEqual(own);
          expect(shortened(gain)).toBe(total - gain);
          expect(shortened(own)).toBe(total - gain);
        }
      }),
    );
  });
});

describe("the independent chain", () => {
  it("shares no operation that takes time with the critical path, and is not longer", () => {
    fc.assert(
      fc.property(graph, (works) => {
        const path = criticalPath(works);
        const chain = independentChain(works, path);
        const taken = new Set(path.filter(({ seconds }) => seconds > 0).map(({ id }) => id));
        expect(chain.some(({ id }) => taken.has(id))).toBe(false);
        expect(secondsOf(chain)).toBeLessThanOrEqual(secondsOf(path));
      }),
    );
  });
});
