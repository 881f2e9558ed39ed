import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ENGINE_VERSION, parseVersion, runsOurProgram } from "./version";

test.each([
  ["v3.248.0", true],
  ["3.248.1", true],
  ["v3.300.0-alpha.xf2a1", true],
  ["v3.248.0-alpha.1", false],
  ["v3.247.9", false],
  ["v2.999.0", false],
  ["v4.0.0", false],
])("an engine %s runs our program: %s", (text, expected) => {
  const version = parseVersion(text);
  expect(version && runsOurProgram(version)).toBe(expected);
});

test.each(["", "warning: no version", "3.248"])("%j is not a version", (text) => {
  expect(parseVersion(text)).toBeUndefined();
});

test("the engine, its Go module and the program's SDK have the same version", () => {
  const sdk = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8"));
  expect(sdk.dependencies["@pulumi/pulumi"]).toBe(ENGINE_VERSION);
  expect(readFileSync(join(__dirname, "build/go.mod"), "utf8")).toMatch(
    new RegExp(`github\\.com/pulumi/pulumi/pkg/v3 v${ENGINE_VERSION}\\s`),
  );
});
