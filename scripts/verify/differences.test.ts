import type { EngineEvent } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import type { TimedEvent } from "../run/events";
import { differencesIn } from "./differences";
import { untracked } from "./untracked";
import { verificationOf } from "./verification";

const urnOf = (name: string) => `urn:pulumi:s::p::azure-native:network:Subnet::${name}`;
const step = (kind: string, name: string, metadata: object): TimedEvent => ({
  at: 0,
  event: {
    [kind]: {
      metadata: { urn: urnOf(name), type: "azure-native:network:Subnet", new: { custom: true }, ...metadata },
    },
  } as unknown as EngineEvent,
});
const state = (...names: readonly string[]) =>
  names.map((name) => ({ urn: urnOf(name), type: "azure-native:network:Subnet", custom: true }));
const found = (events: readonly TimedEvent[], resources: Parameters<typeof differencesIn>[1]) =>
  differencesIn(events, resources).map(({ name, kind, properties }) => [name, kind, ...properties]);

describe("the differences in a preview with a refresh", () => {
  it("are what is missing, deleted by hand, changed, and superfluous", () => {
    const events = [
      step("resOutputsEvent", "gone", { op: "refresh", new: null, old: { custom: true } }),
      step("resourcePreEvent", "gone", { op: "create" }),
      step("resourcePreEvent", "missing", { op: "create" }),
      step("resourcePreEvent", "changed", { op: "update", detailedDiff: { "tags.a": {} } }),
      step("resourcePreEvent", "extra", { op: "delete", new: null, old: { custom: true } }),
      step("resourcePreEvent", "equal", { op: "same" }),
    ];
    expect(found(events, state("gone", "changed", "extra", "equal"))).toEqual([
      ["gone", "deleted in the cloud"],
      ["missing", "missing in the state"],
      ["changed", "changed", "tags.a"],
      ["extra", "not in the config"],
    ]);
  });

  it("tell a consequence of another difference from a change by hand", () => {
    const events = [
      step("resOutputsEvent", "gone", { op: "refresh", new: null, old: { custom: true } }),
      step("resourcePreEvent", "gone", { op: "create" }),
      step("resourcePreEvent", "user", { op: "update", diffs: ["address"] }),
    ];
    const [gone, user] = state("gone", "user");
    expect(
      found(events, [gone as never, { ...(user as object), dependencies: [urnOf("gone")] } as never]),
    ).toEqual([
      ["gone", "deleted in the cloud"],
      ["user", "affected by another difference", "address"],
    ]);
  });

  it("include what AWS has with the stack's tag and the state does not contain", () => {
    const tagged = { region: "us-west-2", name: "chain138-oregon-vpc", kind: "vpc" };
    const extra = untracked(
      [
        { ...tagged, id: "vpc-1" },
        { ...tagged, id: "vpc-2" },
      ],
      [{ id: "vpc-1" }],
    );
    expect(extra.map(({ id }) => id)).toEqual(["vpc-2"]);
    const verification = verificationOf({
      stack: "s",
      selected: undefined,
      configured: [{ name: "oregon", cloud: "aws" }],
      resources: [],
      differences: extra,
    });
    expect(verification.result).toBe("different");
    expect(verification.regions[0]?.differences).toHaveLength(1);
  });
});
