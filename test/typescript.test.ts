import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** Runs a program with `typescript.js` loaded. @returns its standard output. */
function outputOf(program: string): string {
  return execFileSync(process.execPath, ["--require", "./typescript.js", "--eval", program], {
    cwd: join(__dirname, ".."),
    encoding: "utf8",
  });
}

describe("typescript.js", () => {
  it("loads Pulumi's SDK without the TypeScript compiler and npm's dependency resolver", () => {
    const loaded = outputOf(`
      require("@pulumi/pulumi");
      console.log(Object.keys(require.cache).join("\\n"));
    `);
    expect(loaded).toMatch(/@pulumi\/pulumi\/runtime\/closure\/parseFunction\.js/);
    expect(loaded).not.toMatch(/node_modules\/(typescript|@npmcli\/arborist)\//);
  });

  it("loads both when a closure is serialized", () => {
    const closure = outputOf(`
      const { runtime } = require("@pulumi/pulumi");
      const captured = 42;
      runtime.serializeFunction(() => captured + 1).then(({ text }) => console.log(text));
    `);
    expect(closure).toContain("captured: 42");
    expect(closure).toContain("return () => captured + 1");
  });
});
