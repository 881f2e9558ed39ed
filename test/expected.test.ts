import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../components/root";
import { configReference } from "../docs/config-reference";

describe("what the example stacks make", () => {
  it("is what test/expected says (make expected regenerates it; review the change)", () => {
    const folder = mkdtempSync(join(tmpdir(), "chainfleet-expected-"));
    // Programs of Pulumi run badly inside vitest's module world (pulumi#10480).
    const listing = execFileSync("node", [join(PROJECT_ROOT, "test/dump.js"), folder], { encoding: "utf8" });
    // Beside them the program may say that it compiles.
    const stacks = [...listing.matchAll(/^(\w+): \d+ resources$/gm)].map(([, stack]) => stack);
    expect(stacks).toEqual(["azure", "dev", "kind"]);
    for (const stack of stacks) {
      const file = `${stack}.json`;
      expect(readFileSync(join(folder, file), "utf8"), file).toBe(
        readFileSync(join(PROJECT_ROOT, "test/expected", file), "utf8"),
      );
    }
  });
});

describe("docs/config.md", () => {
  it("is what the schema says (make docs regenerates it)", () => {
    expect(readFileSync(join(PROJECT_ROOT, "docs/config.md"), "utf8")).toBe(configReference());
  });
});
