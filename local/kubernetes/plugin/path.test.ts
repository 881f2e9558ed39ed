import fc from "fast-check";
import { expect, test } from "vitest";
import { contains, formatPath, parsePath } from "./path";

const step = fc.oneof(
  fc.nat(20),
  fc.constantFrom("spec", "containers", "app.kubernetes.io/name", 'quo"ted', "with[bracket]", "ca.crt"),
);

test("a formatted path is parsed back to itself", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "grapheme-ascii" }), fc.array(step), (first, rest) => {
      fc.pre(!first.includes("\\"));
      expect(parsePath(formatPath([first, ...rest]))).toEqual([first, ...rest]);
    }),
  );
});

test("the engine's syntax", () => {
  expect(formatPath(["spec", "containers", 0, "image"])).toBe("spec.containers[0].image");
  expect(formatPath(["metadata", "labels", "app.kubernetes.io/name"])).toBe(
    'metadata.labels["app.kubernetes.io/name"]',
  );
});

test("a star stands for every member of a list", () => {
  const outer = parsePath("spec.containers[*].image");
  expect(contains(outer, ["spec", "containers", 3, "image"])).toBe(true);
  expect(contains(outer, ["spec", "containers", 3])).toBe(false);
});
