import { execFileSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** Runs a program with `typescript.js` loaded. @returns its standard output. */
function outputOf(program: string): string {
  return execFileSync(process.execPath, ["--require", "./typescript.js", "--eval", program], {
    cwd: join(__dirname, ".."),
    encoding: "utf8",
  });
}

/** Writes a TypeScript module into a temporary folder. @returns its path as a JavaScript string. */
function moduleOf(source: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "chainfleet-typescript-")), "module.ts");
  writeFileSync(file, source);
  return JSON.stringify(file);
}

describe("typescript.js", () => {
  it("loads Pulumi's SDK without what only other projects use", () => {
    const loaded = outputOf(`
      require("@pulumi/pulumi");
      require("@pulumi/pulumi/cmd/run/tracing");
      console.log(Object.keys(require.cache).join("\\n"));
    `);
    expect(loaded).toMatch(/@pulumi\/pulumi\/runtime\/closure\/parseFunction\.js/);
    expect(loaded).not.toMatch(
      /node_modules\/(typescript|@npmcli\/arborist|normalize-package-data|@opentelemetry\/sdk-[^/]*|@pulumi\/pulumi\/automation)\//,
    );
  });

  it("loads the compiler and npm's dependency resolver when a closure is serialized", () => {
    const closure = outputOf(`
      const { runtime } = require("@pulumi/pulumi");
      const captured = 42;
      runtime.serializeFunction(() => captured + 1).then(({ text }) => console.log(text));
    `);
    expect(closure).toContain("captured: 42");
    expect(closure).toContain("return () => captured + 1");
  });

  it("loads the Automation API and the translations of a library when they are used", () => {
    const kinds = outputOf(`
      const { automation } = require("@pulumi/pulumi");
      const { locales } = require("zod");
      console.log(typeof automation.LocalWorkspace.create, typeof locales.de);
    `);
    expect(kinds).toBe("function function\n");
  });

  it("loads the Kubernetes client as one file, which a process makes that finds none", () => {
    const loaded = outputOf(`
      const { KubeConfig } = require("@kubernetes/client-node");
      console.log(typeof new KubeConfig().loadFromString);
      console.log(Object.keys(require.cache).filter((file) => /kubernetes.*js$/.test(file)).join("\\n"));
    `);
    expect(loaded).toMatch(
      /^function\n\S*\/node_modules\/\.cache\/chainfleet\/packages\/@kubernetes-client-node-\S*\.cjs\n$/,
    );
  });

  it("loads a package when an import from the package is used", () => {
    const names = outputOf(`
      const isLoaded = () => Object.keys(require.cache).some((file) => file.includes("/simple-statistics/"));
      const { middle } = require(${moduleOf(`
        import { median } from "${require.resolve("simple-statistics")}";
        export const middle = (values: number[]): number => median(values);
      `)});
      console.log(isLoaded(), middle([1, 2, 3]), isLoaded());
    `);
    expect(names).toBe("false 2 true\n");
  });

  it("shows the positions of the TypeScript sources in stack traces", () => {
    const file = moduleOf(`
      interface Point {
        readonly x: number;
      }
      type Points = readonly Point[];
      export function first([point]: Points): number { return (point as Point).x; }
    `);
    const trace = outputOf(`
      try {
        require(${file}).first([]);
      } catch ({ stack }) {
        console.log(stack);
      }
    `);
    expect(trace).toMatch(/^TypeError: Cannot read properties of undefined \(reading 'x'\)\n/);
    expect(trace).toContain(`    at Object.first (${JSON.parse(file)}:6:80)\n`);
  });

  it("shows errors in the words of Node", () => {
    const program = `
      class OwnError extends Error { name = "OwnError"; }
      for (const fail of [() => require("node:path").join(1), () => { throw new OwnError("own"); }, () => null.x]) {
        try {
          fail();
        } catch ({ stack }) {
          console.log(stack.split("\\n    at ")[0]);
        }
      }
    `;
    expect(outputOf(program)).toBe(execFileSync(process.execPath, ["--eval", program], { encoding: "utf8" }));
  });
});
