import fc from "fast-check";
import { expect, test } from "vitest";
import type { PropertyMap } from "../../plugin/values";
import { driftedInputs, importedInputs } from "./drift";

const properties = fc.dictionary(
  fc.constantFrom("a", "b", "c"),
  fc.jsonValue({ maxDepth: 3 }),
) as fc.Arbitrary<PropertyMap>;

test("an object that has not changed since it was applied has the inputs it was applied with", () => {
  fc.assert(
    fc.property(properties, properties, (inputs, live) => {
      expect(driftedInputs(inputs, live, structuredClone(live))).toEqual(inputs);
    }),
  );
});

test("a value that the API server wrote differently is no drift, a changed one is", () => {
  const inputs = { spec: { replicas: 2, cpu: "1000m" } };
  const applied = { spec: { replicas: 2, cpu: "1", strategy: "default" } };
  expect(driftedInputs(inputs, applied, { spec: { replicas: 5, cpu: "1", strategy: "other" } })).toEqual({
    spec: { replicas: 5, cpu: "1000m" },
  });
});

test("what is gone from the object is gone from its inputs", () => {
  const inputs = { metadata: { labels: { a: "b", c: "d" } } };
  expect(driftedInputs(inputs, inputs, { metadata: { labels: { c: "d" } } })).toEqual({
    metadata: { labels: { c: "d" } },
  });
});

test("a Secret's stringData is compared with what came of it", () => {
  const inputs = { apiVersion: "v1", kind: "Secret", stringData: { a: "one", b: "two" } };
  const live = (a: string) => ({
    apiVersion: "v1",
    kind: "Secret",
    data: { a: Buffer.from(a).toString("base64"), b: Buffer.from("two").toString("base64") },
  });
  expect(driftedInputs(inputs, live("one"), live("one"))).toEqual(inputs);
  expect(driftedInputs(inputs, live("one"), live("changed"))).toEqual({
    ...inputs,
    stringData: { a: "changed", b: "two" },
  });
});

test("an imported object's inputs say nothing that only the API server can say", () => {
  expect(
    importedInputs({
      apiVersion: "v1",
      kind: "Service",
      metadata: {
        name: "web",
        uid: "1",
        resourceVersion: "2",
        creationTimestamp: "now",
        annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{}" },
      },
      spec: { type: "ClusterIP" },
      status: {},
    }),
  ).toEqual({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web" },
    spec: { type: "ClusterIP" },
  });
});
