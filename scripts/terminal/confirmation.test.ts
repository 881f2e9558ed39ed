import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

const down = (...options: string[]) =>
  spawnSync(join(__dirname, "../../bin/chainfleet"), ["down", "--stack", "dev", ...options], {
    encoding: "utf8",
  });

it("deletes nothing without --yes if no terminal is attached", () => {
  const { status, stderr } = down();
  expect(stderr).toBe(
    'CONFIRMATION_IMPOSSIBLE\nThe command down deletes everything that the stack "dev" has created, and there is no terminal at which to ask for confirmation. Nothing was changed.\nTo go on without confirmation, add --yes.\n',
  );
  expect(status).toBe(1);
});

it("prints the error as JSON on standard output with --json", () => {
  const { status, stdout, stderr } = down("--json");
  expect(JSON.parse(stdout)).toEqual({
    error: {
      code: "CONFIRMATION_IMPOSSIBLE",
      summary: expect.stringContaining("Nothing was changed."),
      next: "To go on without confirmation, add --yes.",
    },
  });
  expect(stderr).toBe("");
  expect(status).toBe(1);
});
