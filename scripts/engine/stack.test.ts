import { describe, expect, it } from "vitest";
import { lockHolder } from "./stack";

describe("who holds the lock", () => {
  it("is read out of the CLI's message", () => {
    expect(
      lockHolder(
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n" +
          "  file:///state/.pulumi/locks/organization/chainfleet/dev/1.json: created by ada@engine-room (pid 4711) at 2026-11-21T01:00:00Z",
      ),
    ).toEqual({ host: "engine-room", pid: 4711 });
  });

  it("is nobody in any other message", () => {
    expect(lockHolder("error: failed to decrypt: incorrect passphrase")).toBeUndefined();
  });
});
