import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { State, StateResource } from "../engine/state";
import type { TimedEvent } from "../run/events";
import { recovery, suspects, unsettled } from "./suspects";

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

describe("resources whose creation the state did not see to the end", () => {
  const settled = { ...resource("settled"), outputs: { name: "settled" } };
  const component = { urn: urn("component"), type: "chainfleet:region:AzureRegion" };
  const pod = { ...resource("pod"), type: "kubernetes:core/v1:Pod", outputs: {} };

  it("are those that nobody waited for any more, and those that were never read", () => {
    const broken = { ...settled, urn: urn("broken"), initErrors: ["PUT … was cancelled"] };
    const unread = { ...resource("unread"), outputs: {} };
    expect(unsettled({ resources: [settled, broken, component, pod, unread] })).toEqual([broken, unread]);
  });

  it("are none in a state that is whole", () => {
    expect(unsettled({ resources: [settled, component, pod] })).toEqual([]);
    expect(unsettled({})).toEqual([]);
  });
});

describe("creations whose end is not known", () => {
  it("are those that the engine wrote down first and did not finish", () => {
    const state: State = {
      resources: [resource("known")],
      pending_operations: [
        { type: "creating", resource: resource("lost") },
        { type: "creating", resource: resource("known") },
        { type: "updating", resource: resource("changed") },
        { type: "deleting", resource: resource("gone") },
      ],
    };
    expect(suspects(state, []).map((suspect) => suspect.urn)).toEqual([urn("lost")]);
  });

  it("are those that failed without an id, with all that the state needs of them", () => {
    const state: State = { resources: [{ ...resource("group"), id: "/groups/1" }] };
    expect(suspects(state, run("net", "failed", { inputs: { group: "/groups/1" } }))).toEqual([
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

  it("are none of what no cloud makes: a contract refused for want of a key leaves nothing unknown", () => {
    const type = "pulumi-nodejs:dynamic/chainfleet:ForgeDeployment";
    expect(suspects({}, run("WETH9", "failed", { type }))).toEqual([]);
    const pending = [{ type: "creating", resource: { ...resource("WETH9"), type } }];
    expect(suspects({ pending_operations: pending }, [])).toEqual([]);
  });

  it("are no components, no updates and no deletions", () => {
    const events = [
      ...run("component", "failed", { custom: false }),
      ...run("update", "failed", { op: "update" }),
      ...run("delete", "failed", { op: "delete" }),
    ];
    expect(suspects({}, events)).toEqual([]);
  });

  it("are each named once, and none that the state knows", () => {
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
          const found = suspects(
            state,
            begun.flatMap(([one, how]) => run(one, how)),
          ).map((suspect) => suspect.urn);
          const unfinished = begun.filter(([, how]) => how !== "done").map(([one]) => one);
          const expected = new Set([...pending, ...unfinished].filter((one) => !known.includes(one)));
          expect([...found].sort()).toEqual([...expected].map(urn).sort());
        },
      ),
    );
  });
});

describe("what is said of a recovery", () => {
  it("is one sentence that names the first few resources", () => {
    expect(recovery(["a"])).toBe(
      "The last run did not see the end of its work on a: finding out what is there, and going on from it.",
    );
    expect(recovery(["a", "b", "c", "d", "e"])).toContain("its work on a, b, c and 2 more:");
  });
});
