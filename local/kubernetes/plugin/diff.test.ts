import fc from "fast-check";
import { expect, test } from "vitest";
import { type PropertyMap, type PropertyValue, Unknown } from "../../plugin/values";
import { diff } from "./diff";
import { parsePath } from "./path";
import { replacingPaths } from "./replacement";

const properties = fc.dictionary(
  fc.constantFrom("a", "b", "c.d"),
  fc.jsonValue({ maxDepth: 3 }),
) as fc.Arbitrary<PropertyMap>;

const none = { enableConfigMapMutable: false, enableSecretMutable: false, immutable: false };

test("equal inputs differ in nothing", () => {
  fc.assert(
    fc.property(properties, (inputs) => {
      expect(diff(inputs, structuredClone(inputs), [], [])).toEqual([]);
    }),
  );
});

test("making the changes that were found, and no other, leads from the old inputs to the new ones", () => {
  fc.assert(
    fc.property(properties, properties, (olds, news) => {
      const made = diff(olds, news, [], []).reduce<PropertyValue>(
        (inputs, { path }) => set(inputs, parsePath(path), get(news, parsePath(path))),
        structuredClone(olds),
      );
      expect(diff(made as PropertyMap, news, [], [])).toEqual([]);
    }),
  );
});

test("what is told to be ignored is no change", () => {
  fc.assert(
    fc.property(properties, properties, (olds, news) => {
      const changes = diff(olds, news, [], []);
      expect(
        diff(
          olds,
          news,
          [],
          changes.map(({ path }) => path),
        ),
      ).toEqual([]);
    }),
  );
});

test("an unknown value is a change, and forces a replacement where a value of its kind would", () => {
  const replacing = replacingPaths("v1", "PersistentVolumeClaim", none);
  const olds = { spec: { storageClassName: "premium", resources: { requests: { storage: "1Gi" } } } };
  expect(diff(olds, { spec: { ...olds.spec, storageClassName: Unknown.value } }, replacing, [])).toEqual([
    { path: "spec.storageClassName", kind: "update", replaces: true },
  ]);
});

test.each([
  ["apps/v1", "StatefulSet", { spec: { replicas: 1 } }, { spec: { replicas: 2 } }, false],
  ["apps/v1", "StatefulSet", { spec: { serviceName: "a" } }, { spec: { serviceName: "b" } }, true],
  [
    "apps/v1",
    "StatefulSet",
    { spec: { volumeClaimTemplates: [{ spec: { accessModes: ["a"] } }] } },
    { spec: { volumeClaimTemplates: [{ spec: { accessModes: ["b"] } }] } },
    true,
  ],
  ["apps/v1", "Deployment", { spec: { selector: { matchLabels: { a: "b" } } } }, { spec: {} }, true],
  ["apps/v1", "Deployment", {}, { spec: { selector: {} } }, true],
  ["v1", "Pod", { spec: { containers: [{ image: "a" }] } }, { spec: { containers: [{ image: "b" }] } }, true],
  ["v1", "Pod", { metadata: { labels: { a: "b" } } }, { metadata: { labels: { a: "c" } } }, false],
  ["v1", "Service", { spec: { type: "ClusterIP" } }, { spec: { type: "LoadBalancer" } }, false],
  [
    "v1",
    "PersistentVolumeClaim",
    { spec: { resources: { requests: { storage: "1Gi" } } } },
    { spec: { resources: { requests: { storage: "2Gi" } } } },
    false,
  ],
  [
    "rbac.authorization.k8s.io/v1",
    "RoleBinding",
    { roleRef: { name: "a" } },
    { roleRef: { name: "b" } },
    true,
  ],
  ["example.com/v1", "Anything", { metadata: { name: "a" } }, { metadata: { name: "b" } }, true],
] as [string, string, PropertyMap, PropertyMap, boolean][])(
  "%s %s: %j to %j replaces: %s",
  (apiVersion, kind, olds, news, replaced) => {
    const changes = diff(olds, news, replacingPaths(apiVersion, kind, none), []);
    expect(changes.length).toBeGreaterThan(0);
    expect(changes.some(({ replaces }) => replaces)).toBe(replaced);
  },
);

test.each(["ConfigMap", "Secret"])("%s data replaces unless the provider allows its change", (kind) => {
  const replaced = (mutable: boolean, immutable: boolean) =>
    diff(
      { data: { a: "b" } },
      { data: { a: "c" } },
      replacingPaths("v1", kind, {
        enableConfigMapMutable: mutable,
        enableSecretMutable: mutable,
        immutable,
      }),
      [],
    ).some(({ replaces }) => replaces);
  expect(replaced(false, false)).toBe(true);
  expect(replaced(true, false)).toBe(false);
  expect(replaced(true, true)).toBe(true);
});

function get(value: PropertyValue | undefined, [step, ...rest]: readonly (string | number)[]): PropertyValue {
  return step === undefined
    ? (value ?? null)
    : get((value as Record<string | number, PropertyValue> | null)?.[step], rest);
}

function set(
  value: PropertyValue,
  [step, ...rest]: readonly (string | number)[],
  to: PropertyValue,
): PropertyValue {
  if (step === undefined) {
    return to;
  }
  const copy = (Array.isArray(value) ? [...value] : { ...(value as PropertyMap) }) as Record<
    string | number,
    PropertyValue
  >;
  copy[step] = set(copy[step] ?? null, rest, to);
  return copy as PropertyValue;
}
