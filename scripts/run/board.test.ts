import type { EngineEvent } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import { Board } from "./board";
import type { TimedEvent } from "./events";

const step = (kind: keyof EngineEvent, type: string, name: string, seconds: number, op = "create") => {
  const urn = `urn:pulumi:dev::chainfleet::${type}::${name}`;
  const metadata = { op, urn, type, provider: "", new: { urn, type, custom: true } };
  return { at: seconds * 1000, event: { [kind]: { metadata } } as unknown as EngineEvent };
};
const NETWORK = "aws:ec2/vpc:Vpc";
const PROVIDER = "pulumi:providers:aws";
const VALIDATOR = "kubernetes:apps/v1:StatefulSet";

describe("the board of a run's progress", () => {
  it("reports a finished change with its region and its duration", () => {
    const board = new Board(["eastus"]);
    expect(board.apply(step("resourcePreEvent", NETWORK, "eastus-net", 1))).toBeUndefined();
    expect(board.apply(step("resOutputsEvent", NETWORK, "eastus-net", 3))).toEqual({
      group: "eastus",
      text: "+ eastus-net (2.0 s)",
      failed: false,
    });
  });

  it("reports a change of a provider only if the change failed", () => {
    const board = new Board([]);
    expect(board.apply(step("resourcePreEvent", PROVIDER, "default_3_28_0", 1))).toBeUndefined();
    expect(board.apply(step("resOutputsEvent", PROVIDER, "default_3_28_0", 2))).toBeUndefined();
    expect(board.rows(2000, 80)).toEqual(["starting the engine and the program"]);
    expect(board.apply(step("resOpFailedEvent", PROVIDER, "default", 2))).toMatchObject({
      text: "FAILED + default",
    });
  });

  it("has a row for each group that has begun, and one for all that have not", () => {
    const board = new Board(["eastus", "westeurope", "chain138"]);
    board.apply(step("resourcePreEvent", NETWORK, "eastus-net", 1));
    board.apply(step("resourcePreEvent", NETWORK, "genesis", 1));
    board.apply(step("resOutputsEvent", NETWORK, "genesis", 2));
    expect(board.rows(3000, 80)).toEqual([
      "shared        1 done  ",
      "eastus        0 done  + eastus-net 2 s",
      "nothing to do yet: westeurope, chain138",
    ]);
  });

  it("says what happens before the first operation", () => {
    const board = new Board(["eastus"]);
    expect(board.rows(0, 80)).toEqual(["starting the engine and the program"]);
    board.compare({ resources: 296, removed: [] });
    board.apply({
      at: 0,
      event: { diagnosticEvent: { severity: "info", message: "Compiling 21 contracts.", color: "" } },
    } as unknown as TimedEvent);
    expect(board.rows(0, 80)).toEqual(["Compiling 21 contracts."]);
    board.apply(step("resourcePreEvent", NETWORK, "eastus-net", 1, "same"));
    board.apply(step("resOutputsEvent", NETWORK, "eastus-net", 1, "same"));
    expect(board.rows(0, 80)).toEqual(["comparing with the config: 1 of 296 resources"]);
  });

  it("has a row for a region that the config no longer has", () => {
    const board = new Board([]);
    board.compare({ resources: 2, removed: ["eastus"] });
    board.apply(step("resourcePreEvent", NETWORK, "eastus-net", 1, "delete"));
    expect(board.rows(2000, 80)).toEqual(["eastus    0 done  - eastus-net 1 s"]);
  });

  it("says how many validators have had their turn", () => {
    const board = new Board([]);
    for (const index of [0, 1, 2]) {
      board.apply(step("resourcePreEvent", VALIDATOR, `eastus-validator-${index}`, 1, "update"));
    }
    board.apply(step("resOutputsEvent", VALIDATOR, "eastus-validator-0", 2, "update"));
    expect(board.rows(2000, 80).at(-1)).toBe("validators are updated in turn: 1 of 3");
    board.apply(step("resOutputsEvent", VALIDATOR, "eastus-validator-1", 3, "update"));
    board.apply(step("resOutputsEvent", VALIDATOR, "eastus-validator-2", 3, "update"));
    expect(board.rows(3000, 80)).toEqual(["shared    3 done  "]);
  });

  it("tells what the user has interrupted from what failed", () => {
    const fail = (board: Board, message: string) => {
      const failed = step("resOpFailedEvent", NETWORK, "eastus-net", 2);
      const { urn } = failed.event.resOpFailedEvent?.metadata ?? {};
      board.apply({ at: 1, event: { diagnosticEvent: { severity: "error", urn, message } } } as TimedEvent);
      return board.apply(failed);
    };
    const board = new Board(["eastus"]);
    expect(fail(board, "context canceled")).toMatchObject({ failed: true });
    board.interrupt();
    expect(fail(board, "no quota")).toMatchObject({ failed: true });
    expect(fail(board, "context canceled")).toMatchObject({
      ...{ text: "interrupted + eastus-net", failed: false },
    });
    expect(board.rows(3000, 80)[0]).toContain("2 failed, 1 interrupted");
  });
});
