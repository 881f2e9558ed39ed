import type { EngineEvent } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import { Board } from "./progress";

const step = (kind: keyof EngineEvent, type: string, name: string, seconds: number) => {
  const urn = `urn:pulumi:dev::chainfleet::${type}::${name}`;
  const metadata = { op: "create", urn, type, provider: "", new: { urn, type, custom: true } };
  return { at: seconds * 1000, event: { [kind]: { metadata } } as unknown as EngineEvent };
};
const NETWORK = "aws:ec2/vpc:Vpc";
const PROVIDER = "pulumi:providers:aws";

describe("the board of a run's progress", () => {
  it("tells what was made, in its region", () => {
    const board = new Board(["eastus"]);
    expect(board.apply(step("resourcePreEvent", NETWORK, "eastus-net", 1))).toBeUndefined();
    expect(board.apply(step("resOutputsEvent", NETWORK, "eastus-net", 3))).toEqual({
      group: "eastus",
      text: "+ eastus-net (2.0 s)",
      failed: false,
    });
  });

  it("does not tell of the engine's providers, unless one fails", () => {
    const board = new Board([]);
    expect(board.apply(step("resourcePreEvent", PROVIDER, "default_3_28_0", 1))).toBeUndefined();
    expect(board.apply(step("resOutputsEvent", PROVIDER, "default_3_28_0", 2))).toBeUndefined();
    expect(board.rows(2000, 80)).toEqual(["stack    0 done  "]);
    expect(board.apply(step("resOpFailedEvent", PROVIDER, "default", 2))).toMatchObject({
      text: "FAILED + default",
    });
  });
});
