import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

/** What a program prints that runs under our loader. */
function printed(program: string): string {
  return execFileSync(process.execPath, ["--require", "./typescript.js", "--eval", program], {
    cwd: join(__dirname, ".."),
    encoding: "utf8",
  });
}

describe("the loader", () => {
  it("loads Pulumi's SDK without a compiler and npm's resolver", () => {
    const loaded = printed(`
      require("@pulumi/pulumi");
      console.log(Object.keys(require.cache).join("\\n"));
    `);
    expect(loaded).toMatch(/@pulumi\/pulumi\/runtime\/closure\/parseFunction\.js/);
    expect(loaded).not.toMatch(/node_modules\/(typescript|@npmcli\/arborist)\//);
  });

  it("loads them for a closure", () => {
    const closure = printed(`
      const { runtime } = require("@pulumi/pulumi");
      const captured = 42;
      runtime.serializeFunction(() => captured + 1).then(({ text }) => console.log(text));
    `);
    expect(closure).toContain("captured: 42");
    expect(closure).toContain("return () => captured + 1");
  });
});
