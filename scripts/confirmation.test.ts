import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

it("deletes nothing without --yes when nobody is at a terminal", () => {
  const command = join(__dirname, "../bin/chainfleet");
  const { status, stderr } = spawnSync(command, ["down", "--stack", "dev"], { encoding: "utf8" });
  expect(stderr).toBe(
    'CONFIRMATION_IMPOSSIBLE: down deletes everything that the stack "dev" made, and nobody is at a terminal to be asked. Nothing was changed.\nIf that is what you want, say so with --yes.\n',
  );
  expect(status).toBe(1);
});
