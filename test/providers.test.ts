import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DYNAMIC_TYPE_PREFIX } from "../components/engine/dynamic-type";
import { PROJECT_ROOT } from "../components/root";

const OPERATIONS = ["check", "diff", "create", "read", "update", "delete"];

describe("providers.js", () => {
  it("has a provider with every operation for each type of dynamic resource, and no other provider", () => {
    expect(typesOfClasses()).not.toEqual([]);
    const providers = operationsOfProviders();
    expect(Object.keys(providers).sort()).toEqual(typesOfClasses());
    for (const [type, operations] of Object.entries(providers)) {
      expect(operations, type).toEqual(OPERATIONS);
    }
  });

  it("has a provider for each dynamic resource of the example stacks", () => {
    expect(typesOfExampleStacks()).not.toEqual([]);
    expect(Object.keys(operationsOfProviders())).toEqual(expect.arrayContaining(typesOfExampleStacks()));
  });

  it("loads the Kubernetes client for no provider: loading takes 0.4 s, during which no other provider works", () => {
    const script = `
      const { types, providerOf } = require("./providers.js");
      types.forEach(providerOf);
      console.log(JSON.stringify(Object.keys(require.cache)));`;
    const loaded = JSON.parse(execFileSync("node", ["-e", script], { cwd: PROJECT_ROOT, encoding: "utf8" }));
    expect(loaded).toContain(join(PROJECT_ROOT, "providers.js"));
    expect(loaded.filter((file: string) => file.includes("@kubernetes/client-node"))).toEqual([]);
  });
});

/** The operations that each provider implements. A plain node process loads them, as in Pulumi's dynamic provider. */
function operationsOfProviders(): Record<string, string[]> {
  const script = `
    const { types, providerOf } = require("./providers.js");
    const operationsOf = (provider) => ${JSON.stringify(OPERATIONS)}.filter((name) => typeof provider[name] === "function");
    console.log(JSON.stringify(Object.fromEntries(types.map((type) => [type, operationsOf(providerOf(type))]))));`;
  return JSON.parse(execFileSync("node", ["-e", script], { cwd: PROJECT_ROOT, encoding: "utf8" }));
}

/** The type that each subclass of DynamicResource passes to its constructor. */
function typesOfClasses(): string[] {
  const components = join(PROJECT_ROOT, "components");
  return readdirSync(components, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const source = readFileSync(join(components, file), "utf8");
      const classes = source.split(/\bclass (?=\w+ extends DynamicResource\b)/).slice(1);
      return classes.map((text) => /super\(\s*"(\w+)"/.exec(text)?.[1] ?? `no literal type in ${file}`);
    })
    .sort();
}

function typesOfExampleStacks(): string[] {
  const folder = join(PROJECT_ROOT, "test/expected");
  const resources = readdirSync(folder).flatMap((file) => {
    const content = JSON.parse(readFileSync(join(folder, file), "utf8"));
    // A large stack has a list of one region only.
    return (Array.isArray(content) ? content : content.firstRegion) as { type: string }[];
  });
  const types = resources.flatMap(({ type }) =>
    type.startsWith(DYNAMIC_TYPE_PREFIX) ? [type.slice(DYNAMIC_TYPE_PREFIX.length)] : [],
  );
  return [...new Set(types)].sort();
}
