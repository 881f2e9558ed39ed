import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../../components/root";

function chainfleet(...args: readonly string[]) {
  const { CHAINFLEET_TEMPLATES: _, ...env } = process.env;
  return spawnSync(join(PROJECT_ROOT, "bin", "chainfleet"), args, { env, encoding: "utf8" });
}

describe("chainfleet pipeline --plan", () => {
  it("says what each task would work on if the named files changed", () => {
    const contract = "contracts/src/oracle/OracleProxy.sol";
    const { status, stdout } = chainfleet("pipeline", "--plan", "--json", "--changed", contract);
    expect(status).toBe(0);
    const { tasks } = JSON.parse(stdout) as { tasks: { name: string; affected: string[] }[] };
    const affected = new Map(tasks.map((task) => [task.name, task.affected]));
    expect(affected.get("contracts")).toEqual(["all"]);
    expect(affected.get("contract-tests")).toContain("contracts/test/Oracle.t.sol");
    expect(affected.get("preview")).toContain("dev");
  });

  it("refuses a changed file that does not exist", () => {
    const { status, stdout } = chainfleet(
      "pipeline",
      "--plan",
      "--json",
      "--changed",
      "contracts/src/No.sol",
    );
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "CHANGED_FILE_UNKNOWN" } });
  });
});

describe("chainfleet new", () => {
  it("lists the templates", () => {
    const { status, stdout } = chainfleet("new");
    expect(status).toBe(0);
    expect(stdout).toMatch(/dev-5.*[\s\S]*azure-24.*[\s\S]*storage/);
  });

  it("overwrites no stack, and writes nothing for an unknown template", () => {
    const existing = chainfleet("new", "aws-8", "dev", "--json");
    expect(existing.status).toBe(1);
    expect(JSON.parse(existing.stdout)).toMatchObject({ error: { code: "STACK_FILE_EXISTS" } });
    const unknown = chainfleet("new", "aws-9", "--json");
    expect(unknown.status).toBe(1);
    expect(JSON.parse(unknown.stdout)).toMatchObject({ error: { code: "TEMPLATE_UNKNOWN" } });
  });
});

describe("chainfleet pipeline measure", () => {
  it("refuses a scenario that does not exist", () => {
    const { status, stderr } = chainfleet("pipeline", "measure", "hot");
    expect(status).toBe(1);
    expect(stderr).toContain("Allowed choices are cold, warm, no-op");
  });
});
