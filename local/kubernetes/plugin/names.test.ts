import { expect, test } from "vitest";
import { fieldManager, isAutonamed, named } from "./names";

const seed = new Uint8Array([1, 2, 3]);

test("a resource without a name gets one made of its own and eight digits, and is marked", () => {
  const inputs = named({ metadata: { labels: { a: "b" } } }, {}, "web", seed);
  expect(inputs).toEqual({
    metadata: {
      labels: { a: "b" },
      name: expect.stringMatching(/^web-[0-9a-f]{8}$/),
      annotations: { "pulumi.com/autonamed": "true" },
    },
  });
  expect(isAutonamed(inputs)).toBe(true);
});

test("it keeps that name, whatever the seed", () => {
  const first = named({}, {}, "web", seed);
  expect(named({}, first, "web", new Uint8Array([9]))).toEqual(first);
});

test("a name of its own is left alone, and not mistaken for one that was made up", () => {
  const inputs = { metadata: { name: "mine" } };
  expect(named(inputs, named({}, {}, "web", seed), "web", seed)).toEqual(inputs);
  expect(isAutonamed(inputs)).toBe(false);
});

test("when a name of its own is taken away, a new one is made up", () => {
  const inputs = named({}, { metadata: { name: "mine" } }, "web", seed);
  expect(inputs).toEqual(named({}, {}, "web", seed));
});

test("the field manager is the resource's, time after time", () => {
  expect(fieldManager("urn:a", {})).toMatch(/^pulumi-kubernetes-[0-9a-f]{8}$/);
  expect(fieldManager("urn:a", {})).toBe(fieldManager("urn:a", {}));
  expect(fieldManager("urn:a", {})).not.toBe(fieldManager("urn:b", {}));
  expect(fieldManager("urn:a", { metadata: { annotations: { "pulumi.com/patchFieldManager": "me" } } })).toBe(
    "me",
  );
});
