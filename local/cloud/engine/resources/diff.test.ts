import fc from "fast-check";
import { expect, test } from "vitest";
import { type PropertyMap, type PropertyValue, Unknown } from "../../../plugin/values";
import { diff } from "./diff";

const value = fc.letrec<{ value: PropertyValue; object: PropertyMap }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(fc.stringMatching(/^[a-z]{1,4}$/), tie("value"), { maxKeys: 4 }),
}));

test("equal inputs yield no changes", () => {
  fc.assert(
    fc.property(value.object, (one) => {
      expect(diff(one, structuredClone(one), { immutable: [] })).toEqual([]);
    }),
  );
});

test("different inputs yield changes in both directions", () => {
  fc.assert(
    fc.property(value.object, value.object, (a, b) => {
      const alike = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
      expect(diff(a, b, { immutable: [] }).length > 0).toBe(!alike);
      expect(diff(b, a, { immutable: [] }).length > 0).toBe(!alike);
    }),
  );
});

test("a change at or below an immutable path forces a replacement, a change at a sibling path does not", () => {
  const before = { networkProfile: { serviceCidr: "10.0.0.0/16", sku: "a" }, tags: { a: "1" } };
  const after = { networkProfile: { serviceCidr: "10.1.0.0/16", sku: "b" }, tags: { b: "2" } };
  expect(diff(before, after, { immutable: ["networkProfile.serviceCidr"] })).toEqual([
    { path: "networkProfile.serviceCidr", kind: "update", replaces: true },
    { path: "networkProfile.sku", kind: "update", replaces: false },
    { path: "tags.a", kind: "delete", replaces: false },
    { path: "tags.b", kind: "add", replaces: false },
  ]);
});

test("an unordered list differs in its members, not in their order", () => {
  const rules = { immutable: [], unordered: ["subnetIds"] };
  expect(diff({ subnetIds: ["a", "b"] }, { subnetIds: ["b", "a"] }, rules)).toEqual([]);
  expect(diff({ subnetIds: ["a", "b"] }, { subnetIds: ["b", "c"] }, rules)).toEqual([
    { path: "subnetIds[1]", kind: "update", replaces: false },
  ]);
  expect(diff({ subnetIds: ["a", "b"] }, { subnetIds: ["b", "a"] }, { immutable: [] })).toHaveLength(2);
});

test("an unknown value counts as a change; the plugin's markers are not compared", () => {
  expect(diff({ id: "a" }, { id: Unknown.value }, { immutable: ["id"] })).toEqual([
    { path: "id", kind: "update", replaces: true },
  ]);
  expect(diff({ __createBeforeDelete: true }, {}, { immutable: [] })).toEqual([]);
});

function sorted(one: PropertyValue): unknown {
  if (Array.isArray(one)) {
    return one.map(sorted);
  }
  return typeof one === "object" && one !== null
    ? Object.entries(one)
        .map(([key, member]) => [key, sorted(member)])
        .sort()
    : one;
}
