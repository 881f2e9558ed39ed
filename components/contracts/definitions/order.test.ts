import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inDependencyOrder } from "./order";

interface Item {
  readonly name: string;
  readonly after: readonly string[];
}

const order = (items: readonly Item[]) =>
  inDependencyOrder(
    items,
    ({ name }) => name,
    ({ after }) => after,
  );

/** Up to twelve items with random dependencies, circles and names that no item has included. */
const graph = fc
  .array(fc.uniqueArray(fc.nat({ max: 14 }), { maxLength: 4 }), { maxLength: 12 })
  .map((all) => all.map((after, index): Item => ({ name: `${index}`, after: after.map(String) })));

describe("dependency order", () => {
  it("places every item after the items that it depends on, and loses none", () => {
    fc.assert(
      fc.property(graph, (items) => {
        const { ordered, circle } = order(items);
        expect([...ordered, ...circle].map(({ name }) => name).sort()).toEqual(
          items.map(({ name }) => name).sort(),
        );
        const position = new Map(ordered.map(({ name }, index) => [name, index]));
        for (const [index, { after }] of ordered.entries()) {
          for (const name of after.filter((one) => items.some((item) => item.name === one))) {
            expect(position.get(name) ?? Number.POSITIVE_INFINITY).toBeLessThan(index);
          }
        }
      }),
    );
  });

  it("leaves exactly the items that depend on a circle unplaced", () => {
    fc.assert(
      fc.property(graph, (items) => {
        const { circle } = order(items);
        const names = new Set(circle.map(({ name }) => name));
        for (const { after } of circle) {
          expect(after.some((name) => names.has(name))).toBe(true);
        }
      }),
    );
  });

  it("keeps the given order of items that do not depend on each other", () => {
    const items = ["c", "a", "b"].map((name) => ({ name, after: [] }));
    expect(order(items).ordered).toEqual(items);
  });
});
