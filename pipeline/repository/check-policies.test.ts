import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../../components/root";
import { brokenRules, checkPolicies } from "./check-policies";

/** What the policies say about a stack whose config is changed. */
function findings(stack: string, changes: object): string {
  const folder = mkdtempSync(join(tmpdir(), "policies-"));
  try {
    const file = join(folder, "findings.json");
    execFileSync("node", ["test/policies.js", file, stack, "--changes", JSON.stringify(changes)], {
      cwd: PROJECT_ROOT,
      stdio: "ignore",
    });
    return readFileSync(file, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const regionLoss = (level: string) => findings("kind", { "chainfleet:policies": { regionLoss: { level } } });

describe("the policies of a stack, without an engine", () => {
  it("are kept by an example", async () => {
    const folder = mkdtempSync(join(tmpdir(), "policies-"));
    const context = { signal: new AbortController().signal, log: join(folder, "log") };
    expect(await checkPolicies(PROJECT_ROOT)(["kind"], context)).toEqual({ failed: new Map() });
    expect(readFileSync(context.log, "utf8")).toBe("kind: 0 findings\n");
    rmSync(folder, { recursive: true, force: true });
  });

  it("fail the stack if a mandatory rule is broken", () => {
    const broken = brokenRules(regionLoss("mandatory"));
    expect([...broken.keys()]).toEqual(["kind"]);
    expect(broken.get("kind")).toMatch(
      /^POLICY_REGION_LOSS: chain \(Chain\) has 4 of its 4 validators in kind/,
    );
  });

  it("do not fail the stack if an advisory rule is broken, which is told", () => {
    const advisory = regionLoss("advisory");
    expect(JSON.parse(advisory).kind).toEqual([
      { level: "advisory", message: expect.stringContaining("POLICY_REGION_LOSS") },
    ]);
    expect(brokenRules(advisory)).toEqual(new Map());
  });
});
