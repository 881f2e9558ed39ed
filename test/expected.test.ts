import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { PROJECT_ROOT } from "../components/root";
import { configReference } from "../docs/config-reference";

describe("the resources of the example stacks", () => {
  it("are listed in test/expected (make expected regenerates the lists; review the change)", () => {
    const folder = mkdtempSync(join(tmpdir(), "chainfleet-expected-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // Programs of Pulumi run badly inside vitest's module world (pulumi#10480).
    const { status, stdout, stderr } = spawnSync("node", [join(PROJECT_ROOT, "test/dump.js"), folder], {
      encoding: "utf8",
    });
    // A mandatory finding of a policy is an exit code other than 0, and an advisory one a warning.
    expect(stderr).not.toContain("POLICY_");
    expect(status, stderr).toBe(0);
    // The other lines of the output are about the compilation of the contracts.
    const stacks = [...stdout.matchAll(/^([\w-]+): \d+ resources$/gm)].map(([, stack]) => stack);
    expect(stacks).toEqual([
      "aws-24",
      "azure",
      "azure-24",
      "dev",
      "kind",
      "kind-monitored",
      "mixed-24",
      "rolling",
      "storage",
    ]);
    for (const stack of stacks) {
      const file = `${stack}.json`;
      expect(readFileSync(join(folder, file), "utf8"), file).toBe(
        readFileSync(join(PROJECT_ROOT, "test/expected", file), "utf8"),
      );
    }
    // Three of the stacks have 24 regions, and other tests run at the same time.
  }, 300_000);
});

describe("docs/config.md", () => {
  it("is the text that the schema gives (make docs regenerates the file)", () => {
    expect(readFileSync(join(PROJECT_ROOT, "docs/config.md"), "utf8")).toBe(configReference());
  });
});
