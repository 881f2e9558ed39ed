import { expect, test } from "vitest";
import { parseId, parseToken } from "./token";

test.each([
  ["kubernetes:core/v1:ConfigMap", { apiVersion: "v1", kind: "ConfigMap" }],
  ["kubernetes:apps/v1:StatefulSet", { apiVersion: "apps/v1", kind: "StatefulSet" }],
  ["kubernetes:kubevirt.io/v1:VirtualMachine", { apiVersion: "kubevirt.io/v1", kind: "VirtualMachine" }],
])("%s", (type, token) => {
  expect(parseToken(type)).toEqual(token);
});

test.each([
  "kubernetes:helm.sh/v3:Release",
  "kubernetes:yaml:ConfigFile",
  "kubernetes:core/v1:ConfigMapPatch",
  "kubernetes:core/v1:ConfigMapList",
])("%s is refused with its name", (type) => {
  expect(() => parseToken(type)).toThrow(type);
});

test("ids", () => {
  expect(parseId("default/web")).toEqual({ namespace: "default", name: "web" });
  expect(parseId("web")).toEqual({ namespace: undefined, name: "web" });
});
