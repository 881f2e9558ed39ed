import { describe, expect, it } from "vitest";
import { parseStatus } from "./service";

const shown = (active: string, result: string, status: number) =>
  `ActiveState=${active}\nSubState=exited\nResult=${result}\nExecMainStatus=${status}\n`;

describe("the status of a machine's service", () => {
  it("has no token before the first start", () => {
    expect(parseStatus(`\n${shown("inactive", "success", 0)}`)).toMatchObject({ started: "", state: "idle" });
  });

  it.each([
    ["active", "succeeded"],
    ["activating", "running"],
    ["deactivating", "running"],
    ["failed", "failed"],
    ["inactive", "idle"],
  ])("reads systemd's %s as %s", (active, state) => {
    expect(parseStatus(`token\n${shown(active, "exit-code", 1)}`)).toEqual({
      started: "token",
      state,
      words: `${active} (exit-code, status 1)`,
    });
  });
});
