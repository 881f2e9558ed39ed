import { describe, expect, it } from "vitest";
import { closure, moduleGraph } from "./module-graph";

const FILES: Readonly<Record<string, string>> = {
  "scripts/run.ts": `import { plan } from "../components/plan";
export function run() { const { late } = require("./late") as typeof import("./late"); return late(plan); }`,
  "scripts/late.ts": `import type {
  Only,
} from "./types-only";
export const late = (_: unknown): Only => readFileSync(join(__dirname, "page.css"), "utf8");`,
  "scripts/types-only.ts": "export type Only = string;",
  "scripts/page.css": "body {}",
  "components/plan.ts": `// import { x } from "../scripts/run";
import { join } from "node:path";
import { z } from "zod";
export { other } from "./other";
export const file = join(PROJECT_ROOT, "Pulumi.dev.yaml");`,
  "components/other/index.ts": `export const other = import("../lazy");`,
  "components/lazy.ts": "export {};",
  "bin/tool": `#!/usr/bin/env node\nrequire("../scripts/run");`,
  "Pulumi.dev.yaml": "config: {}",
};
const graph = moduleGraph(Object.keys(FILES), (path) => FILES[path] ?? "");

describe("the module graph", () => {
  it("has imports, re-exports, dynamic imports and late requires", () => {
    expect(graph.get("scripts/run.ts")).toEqual(["components/plan.ts", "scripts/late.ts"]);
    expect(graph.get("components/other/index.ts")).toEqual(["components/lazy.ts"]);
    expect(graph.get("bin/tool")).toEqual(["scripts/run.ts"]);
  });

  it("has files that a module names, and no imports of types or in comments", () => {
    expect(graph.get("scripts/late.ts")).toEqual(["scripts/page.css"]);
    expect(graph.get("components/plan.ts")).toEqual(["components/other/index.ts", "Pulumi.dev.yaml"]);
  });

  it("leads from a module to everything behind it, also around a cycle", () => {
    expect(closure("bin/tool", graph).toSorted()).toEqual(
      Object.keys(FILES)
        .filter((path) => path !== "scripts/types-only.ts")
        .toSorted(),
    );
    const cycle = moduleGraph(["a.ts", "b.ts"], (path) => `import "./${path === "a.ts" ? "b" : "a"}";`);
    expect(closure("a.ts", cycle)).toEqual(["a.ts", "b.ts"]);
  });
});
