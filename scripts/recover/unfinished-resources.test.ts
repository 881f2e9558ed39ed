import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DYNAMIC_TYPE_PREFIX } from "../../components/engine/dynamic-type";
import type { State, StateResource } from "../engine/state";
import type { TimedEvent } from "../run/events";
import { orphanCandidates, recoveryMessage, unsettledResources } from "./unfinished-resources";

const TYPE = "azure-native:network:VirtualNetwork";
const urn = (name: string) => `urn:pulumi:dev::chainfleet::${TYPE}::${name}`;
const resource = (name: string): StateResource => ({ urn: urn(name), type: TYPE, custom: true });

type End = "done" | "failed" | "open";

function run(
  name: string,
  end: End,
  { op = "create" as OpType, custom = true, inputs = {}, type = TYPE } = {},
) {
  const metadata = {
    op,
    urn: urn(name),
    type,
    provider: "provider::id",
    new: { urn: urn(name), type, custom, id: "", parent: "parent", inputs, outputs: {}, provider: "" },
  };
  const events: Partial<EngineEvent>[] = [{ resourcePreEvent: { metadata } }];
  if (end === "done") {
    events.push({ resOutputsEvent: { metadata } });
  }
  if (end === "failed") {
    events.push({ resOpFailedEvent: { metadata, status: 0, steps: 0 } });
  }
  return events.map((event): TimedEvent => ({ at: 0, event: event as EngineEvent }));
}

describe("resources in the state whose creation may not have finished", () => {
  const settled = { ...resource("settled"), outputs: { name: "settled" } };
  const component = { urn: urn("component"), type: "chainfleet:region:AzureRegion" };
  const pod = { ...resource("pod"), type: "kubernetes:core/v1:Pod", outputs: {} };

  it("are the resources with init errors and the resources without outputs", () => {
    const broken = { ...settled, urn: urn("broken"), initErrors: ["PUT … was cancelled"] };
    const unread = { ...resource("unread"), outputs: {} };
    expect(unsettledResources({ resources: [settled, broken, component, pod, unread] })).toEqual([
      broken,
      unread,
    ]);
  });

  it("do not exist in a state after a complete run", () => {
    expect(unsettledResources({ resources: [settled, component, pod] })).toEqual([]);
    expect(unsettledResources({})).toEqual([]);
  });
});

describe("resources that may exist although the state does not contain them", () => {
  it("have no secret of the events, which are blinded there and make a state unreadable", () => {
    const secret = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "[secret]",
    };
    const inputs = { name: "key", properties: { value: secret, list: ["plain", secret] }, secret };
    const [candidate] = orphanCandidates({ resources: [] }, run("key", "failed", { inputs }));
    expect(candidate?.inputs).toEqual({ name: "key", properties: { list: ["plain"] } });
  });

  it("are the resources of pending creations", () => {
    const state: State = {
      resources: [resource("known")],
      pending_operations: [
        { type: "creating", resource: resource("lost") },
        { type: "creating", resource: resource("known") },
        { type: "updating", resource: resource("changed") },
        { type: "deleting", resource: resource("gone") },
      ],
    };
    expect(orphanCandidates(state, []).map((candidate) => candidate.urn)).toEqual([urn("lost")]);
  });

  it("are the resources of failed creations, with everything that the state must contain", () => {
    const state: State = { resources: [{ ...resource("group"), id: "/groups/1" }] };
    expect(orphanCandidates(state, run("net", "failed", { inputs: { group: "/groups/1" } }))).toEqual([
      {
        urn: urn("net"),
        type: TYPE,
        custom: true,
        inputs: { group: "/groups/1" },
        parent: "parent",
        provider: "provider::id",
        dependencies: [urn("group")],
      },
    ]);
  });

  it("are never contracts, because no cloud creates a contract", () => {
    const type = `${DYNAMIC_TYPE_PREFIX}ForgeDeployment`;
    expect(orphanCandidates({}, run("WETH9", "failed", { type }))).toEqual([]);
    const pending = [{ type: "creating", resource: { ...resource("WETH9"), type } }];
    expect(orphanCandidates({ pending_operations: pending }, [])).toEqual([]);
  });

  it("are never components, and never resources that failed to be updated or deleted", () => {
    const events = [
      ...run("component", "failed", { custom: false }),
      ...run("update", "failed", { op: "update" }),
      ...run("delete", "failed", { op: "delete" }),
    ];
    expect(orphanCandidates({}, events)).toEqual([]);
  });

  it("are listed once each, and are not in the state", () => {
    const name = fc.constantFrom("a", "b", "c", "d");
    const end = fc.constantFrom<End>("done", "failed", "open");
    fc.assert(
      fc.property(
        fc.uniqueArray(name),
        fc.uniqueArray(name),
        fc.uniqueArray(fc.tuple(name, end), { selector: ([one]) => one }),
        (known, pending, begun) => {
          const state: State = {
            resources: known.map(resource),
            pending_operations: pending.map((one) => ({ type: "creating", resource: resource(one) })),
          };
          const found = orphanCandidates(
            state,
            begun.flatMap(([one, how]) => run(one, how)),
          ).map((candidate) => candidate.urn);
          const unfinished = begun.filter(([, how]) => how !== "done").map(([one]) => one);
          const expected = new Set([...pending, ...unfinished].filter((one) => !known.includes(one)));
          expect([...found].sort()).toEqual([...expected].map(urn).sort());
        },
      ),
    );
  });
});

describe("the line that announces a recovery", () => {
  it("names at most three resources", () => {
    expect(recoveryMessage(["a"])).toBe(
      "The work on a did not finish. Looking up which of these resources exist, and continuing from there.",
    );
    expect(recoveryMessage(["a", "b", "c", "d", "e"])).toContain(
      "The work on a, b, c and 2 more did not finish.",
    );
  });
});
