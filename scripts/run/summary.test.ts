import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import type { TimedEvent } from "./events";
import { type RunFacts, summarize } from "./summary";

const urn = (name: string, type = "azure-native:network:VirtualNetwork") =>
  `urn:pulumi:dev::chainfleet::${type}::${name}`;
const metadata = (name: string, op: OpType) => ({
  op,
  urn: urn(name),
  type: "azure-native:network:VirtualNetwork",
  provider: "",
  new: { urn: urn(name), type: "", custom: true, id: "", parent: "", inputs: {}, outputs: {}, provider: "" },
});
const validator = (region: string, index: number) => ({
  urn: urn(`${region}-validator-${index}`, "chainfleet:Validator$kubernetes:apps/v1:StatefulSet"),
  type: "kubernetes:apps/v1:StatefulSet",
});
const at = (seconds: number, event: Partial<EngineEvent>): TimedEvent => ({
  at: seconds * 1000,
  event: { sequence: 0, timestamp: 0, ...event } as EngineEvent,
});
const begins = (seconds: number, name: string, op: OpType = "create") =>
  at(seconds, { resourcePreEvent: { metadata: metadata(name, op) } });
const ends = (seconds: number, name: string, op: OpType = "create") =>
  at(seconds, { resOutputsEvent: { metadata: metadata(name, op) } });
const fails = (seconds: number, name: string, message: string) => [
  at(seconds, { diagnosticEvent: { urn: urn(name), message, color: "", severity: "error" } }),
  at(seconds, { resOpFailedEvent: { metadata: metadata(name, "create"), status: 0, steps: 0 } }),
];
const facts = (more: Partial<RunFacts>): RunFacts => ({
  stack: "dev",
  mode: "up",
  result: "succeeded",
  seconds: 10,
  events: [],
  regions: [
    { name: "eastus", cloud: "azure", validators: 2 },
    { name: "eastus2", cloud: "azure", validators: 2 },
  ],
  resources: [],
  ...more,
});

describe("a run's summary", () => {
  it("has the critical path through the dependencies in the state, which include providers", () => {
    const summary = summarize(
      facts({
        events: [
          begins(0, "eastus-network"),
          begins(0, "eastus2-network"),
          ends(2, "eastus2-network"),
          ends(5, "eastus-network"),
          begins(5, "eastus-cluster"),
          ends(9, "eastus-cluster"),
        ],
        resources: [
          {
            urn: urn("eastus-cluster"),
            type: "",
            provider: `${urn("eastus-network")}::id`,
            dependencies: [urn("eastus2-network")],
          },
        ],
      }),
    );
    expect(summary.criticalPath).toEqual([
      { urn: urn("eastus-network"), seconds: 5 },
      { urn: urn("eastus-cluster"), seconds: 4 },
    ]);
    expect(summary).toMatchObject({ criticalPathSeconds: 9, ratio: 1.111, changes: { create: 3, same: 0 } });
  });

  it("gives the error to the region of the failed resource, and counts the other region as succeeded", () => {
    const summary = summarize(
      facts({
        result: "failed",
        events: [
          begins(0, "eastus-network"),
          begins(1, "eastus2-network"),
          ...fails(3, "eastus-network", "<{%fg 1%}>no quota<{%reset%}>"),
          ends(4, "eastus2-network"),
        ],
        resources: [0, 1].map((index) => validator("eastus2", index)),
      }),
    );
    expect(summary.regions).toEqual([
      {
        name: "eastus",
        cloud: "azure",
        validators: 2,
        result: "failed",
        seconds: 3,
        error: "eastus-network: no quota",
      },
      { name: "eastus2", cloud: "azure", validators: 2, result: "succeeded", seconds: 3 },
    ]);
    expect(summary.changes.create).toBe(1);
  });

  it("states an error once if several resources failed with errors that differ only in the resource's name", () => {
    const { errors, regions } = summarize(
      facts({
        result: "failed",
        events: [
          ...fails(1, "chain138-WETH9", "the key is another account's"),
          ...fails(1, "chain138-WETH10", "the key is another account's"),
          ...fails(2, "mainnet-WETH9", "mainnet-WETH9 has other code"),
          ...fails(2, "mainnet-WETH10", "mainnet-WETH10 has other code"),
          ...fails(2, "mainnet-Router", "mainnet-Router-2 has other code"),
          ...fails(3, "eastus-a", "no quota"),
          ...fails(3, "eastus-b", "no quota"),
        ],
      }),
    );
    expect(errors).toEqual([
      "chain138-WETH9, chain138-WETH10:\nthe key is another account's",
      "mainnet-WETH9, mainnet-WETH10:\nit has other code",
      "mainnet-Router: mainnet-Router-2 has other code",
    ]);
    expect(regions[0]?.error).toBe("eastus-a, eastus-b:\nno quota");
  });

  it("counts a region as unfinished if an error outside the region prevented some of its validators", () => {
    const { regions } = summarize(
      facts({
        result: "failed",
        events: fails(1, "besu-genesis", "the validators are not those of the genesis"),
        resources: [validator("eastus", 0), validator("eastus2", 0), validator("eastus2", 1)],
      }),
    );
    expect(regions.map(({ result }) => result)).toEqual(["unfinished", "succeeded"]);
  });

  it("counts a region as cancelled if the run was cancelled during an operation in the region", () => {
    const summary = summarize(
      facts({ result: "cancelled", events: [begins(0, "eastus-network"), at(2, { cancelEvent: {} })] }),
    );
    expect(summary.regions[0]).toMatchObject({ result: "cancelled", seconds: 2 });
  });

  it("finds a region's validators by their exact names, whatever characters the region's name contains", () => {
    const names = ["east.s", "east(us", "eastus", "eastus-2"];
    const { regions } = summarize(
      facts({
        result: "failed",
        regions: names.map((name) => ({ name, cloud: "kubernetes", validators: 1 })),
        resources: [validator("eastus", 0), validator("east(us", 0), validator("eastus-2", 1)],
      }),
    );
    expect(regions.map(({ name, result }) => [name, result])).toEqual([
      ["east.s", "unfinished"],
      ["east(us", "succeeded"],
      ["eastus", "succeeded"],
      ["eastus-2", "unfinished"],
    ]);
  });
});
