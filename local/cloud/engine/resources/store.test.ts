import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { freshState } from "../../../testing/cloud-session";
import { type Resource, Store } from "./store";

const step = fc.record({
  what: fc.constantFrom("put", "remove"),
  key: fc.constantFrom("a", "b", "c", "d", "e"),
  reference: fc.constantFrom("a", "b", "c"),
  parent: fc.constantFrom(undefined, "a", "d"),
  value: fc.integer(),
});

test("a reopened store has exactly the resources that were put and not removed", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const folder = join(freshState(), "resources");
      const store = new Store(folder);
      const expected = new Map<string, Resource>();
      for (const { what, key, reference, parent, value } of steps) {
        if (what === "put") {
          const one = resource(key, [reference], parent, value);
          store.put(one);
          expected.set(key, one);
        } else {
          store.remove(key);
          expected.delete(key);
        }
      }
      for (const view of [store, new Store(folder)]) {
        expect(new Map(view.list().map((one) => [one.key, one]))).toEqual(expected);
        for (const key of ["a", "b", "c", "d", "e"]) {
          const all = [...expected.values()];
          expect(keys(view.dependents(key))).toEqual(keys(all.filter((one) => one.references.includes(key))));
          expect(keys(view.children(key))).toEqual(keys(all.filter((one) => one.parent === key)));
        }
      }
    }),
    { numRuns: 50 },
  );
});

test("a file that a killed process had half written is deleted", () => {
  const folder = join(freshState(), "resources");
  const store = new Store(folder);
  store.put(resource("a", [], undefined, 1));
  const [file = ""] = readdirSync(folder);
  writeFileSync(join(folder, `${file}.new`), '{"key":"a","inp');
  expect(new Store(folder).list()).toEqual([resource("a", [], undefined, 1)]);
  expect(readdirSync(folder)).toEqual([file]);
});

function resource(key: string, references: string[], parent: string | undefined, value: number): Resource {
  return {
    key,
    id: key,
    cloud: "aws",
    type: "aws:ec2/vpc:Vpc",
    name: key,
    location: "eu-west-1",
    createdAt: "2026-11-21T00:00:00.000Z",
    inputs: { value },
    computed: {},
    references,
    ...(parent === undefined ? {} : { parent }),
    operation: { kind: "create", since: 0, until: 0, locks: [] },
  };
}

function keys(resources: readonly Resource[]): string[] {
  return resources.map(({ key }) => key).sort();
}
