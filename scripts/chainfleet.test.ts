import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PROJECT_ROOT } from "../components/root";

function chainfleet(...args: string[]) {
  const { PULUMI_STACK: _, CHAINFLEET_LOCAL_TARGET: __, ...env } = process.env;
  return spawnSync(join(PROJECT_ROOT, "bin", "chainfleet"), args, { env, encoding: "utf8" });
}

it("suggests the option and the command that were meant", () => {
  expect(chainfleet("up", "--stak", "dev").stderr).toContain("(Did you mean --stack?)");
  expect(chainfleet("upp").stderr).toContain("(Did you mean up?)");
});

it("requires a stack, except to explain a run", () => {
  const { status, stderr } = chainfleet("contracts", "list");
  expect(status).toBe(1);
  expect(stderr).toContain("error: required option '-s, --stack <name>' not specified");
  expect(chainfleet("explain").stderr).not.toContain("required option");
});
