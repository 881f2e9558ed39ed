import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import type { FailureKind } from "../../components/governor/failure";
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
  startedAt: 0,
  seconds: 10,
  events: [],
  regions: [
    { name: "eastus", cloud: "azure", validators: 2 },
    { name: "eastus2", cloud: "azure", validators: 2 },
  ],
  before: [],
  resources: [],
  waits: [],
  simulated: false,
  ...more,
});

describe("a run's summary", () => {
  it("has a critical path on which a replaced resource is created, and deleted after everything is created", () => {
    const summary = summarize(
      facts({
        events: [
          begins(0, "image", "create-replacement"),
          ends(6, "image", "create-replacement"),
          begins(6, "image", "replace"),
          ends(6, "image", "replace"),
          begins(6, "version", "create-replacement"),
          ends(9, "version", "create-replacement"),
          begins(9, "version", "delete-replaced"),
          ends(10, "version", "delete-replaced"),
          begins(10, "image", "delete-replaced"),
          ends(12, "image", "delete-replaced"),
        ],
        before: [{ urn: urn("version"), type: "", dependencies: [urn("image")] }],
        resources: [{ urn: urn("version"), type: "", dependencies: [urn("image")] }],
      }),
    );
    expect(summary.criticalPath).toEqual([
      { urn: urn("image"), seconds: 6 },
      { urn: urn("version"), seconds: 3 },
      { urn: urn("version"), seconds: 1 },
      { urn: urn("image"), seconds: 2 },
    ]);
  });

  it("has a critical path through the deletions of an up, whose resources are in the state before the run only", () => {
    const summary = summarize(
      facts({
        events: [
          begins(0, "new"),
          ends(2, "new"),
          begins(2, "node", "delete"),
          ends(5, "node", "delete"),
          begins(5, "network", "delete"),
          ends(9, "network", "delete"),
        ],
        before: [
          { urn: urn("network"), type: "" },
          { urn: urn("node"), type: "", dependencies: [urn("network")] },
        ],
        resources: [{ urn: urn("new"), type: "" }],
      }),
    );
    expect(summary.criticalPath.map((link) => [link.urn, link.seconds])).toEqual([
      [urn("new"), 2],
      [urn("node"), 3],
      [urn("network"), 4],
    ]);
    expect(summary).toMatchObject({ criticalPathSeconds: 9, ratio: 1.111 });
  });

  it("has a critical path on which a resource is deleted before it is created again", () => {
    const summary = summarize(
      facts({
        events: [
          begins(0, "first"),
          ends(1, "first"),
          begins(1, "service", "delete-replaced"),
          ends(4, "service", "delete-replaced"),
          begins(4, "service", "create-replacement"),
          ends(6, "service", "create-replacement"),
          begins(6, "last", "update"),
          ends(7, "last", "update"),
        ],
        before: [
          { urn: urn("service"), type: "" },
          { urn: urn("last"), type: "", dependencies: [urn("service")] },
        ],
        resources: [
          { urn: urn("service"), type: "", dependencies: [urn("first")] },
          { urn: urn("last"), type: "", dependencies: [urn("service")] },
        ],
      }),
    );
    expect(summary.criticalPath.map(({ seconds }) => seconds)).toEqual([1, 3, 2, 1]);
  });

  it("has a critical path that leads on through a resource that did not change", () => {
    const summary = summarize(
      facts({
        events: [
          begins(0, "cluster", "update"),
          ends(4, "cluster", "update"),
          begins(4, "node"),
          ends(6, "node"),
        ],
        resources: [
          { urn: urn("provider"), type: "", dependencies: [urn("cluster")] },
          { urn: urn("node"), type: "", provider: `${urn("provider")}::id` },
        ],
      }),
    );
    expect(summary.criticalPath.map(({ seconds }) => seconds)).toEqual([4, 2]);
  });

  it("counts repeated operations, and the refusals because of a rate limit among them", () => {
    const repeated = (failure: FailureKind) => ({
      at: 1000,
      seconds: 1,
      urn: urn("eastus-network"),
      kind: "retry" as const,
      failure,
      reason: "create failed: the cloud's text, which may say (throttled)",
    });
    const summary = summarize(
      facts({
        events: fails(3, "eastus-aks", "Code=429: too many requests"),
        waits: [repeated("throttled"), repeated("unanswered")],
      }),
    );
    expect(summary).toMatchObject({ throttles: 2, retries: 2 });
  });

  it("has the whole wall-clock time in parts, the summed work, and the waits inside operations", () => {
    const summary = summarize(
      facts({
        startedAt: 0,
        seconds: 20,
        events: [
          at(2, { preludeEvent: { config: {} } }),
          begins(3, "other"),
          begins(5, "cluster"),
          ends(9, "cluster"),
          begins(10, "node"),
          ends(13, "node"),
          ends(6, "other"),
          begins(12, "late"),
          ends(15, "late"),
          at(18, { summaryEvent: {} as never }),
        ],
        resources: [{ urn: urn("node"), type: "", dependencies: [urn("cluster")] }],
        waits: [
          { at: 5500, seconds: 2, urn: urn("cluster"), kind: "throttle", reason: "PUT cluster" },
          { at: 6000, seconds: 30, urn: urn("cluster"), kind: "gate", reason: "" },
          { at: 16000, seconds: 1, urn: urn("cluster"), kind: "retry", reason: "after the operation" },
        ],
      }),
    );
    expect(summary.parts).toEqual({
      beforeEngine: 2,
      beforeFirstOperation: 1,
      beforePath: 2,
      path: 7,
      betweenOperations: 1,
      afterPath: 2,
      afterLastOperation: 3,
      afterEngine: 2,
    });
    expect(summary).toMatchObject({ workSeconds: 13, waits: { throttle: 2, gate: 3, retry: 0 } });
  });

  it("counts the error of the program of a region's own stack as an error of the region", () => {
    const stack = "urn:pulumi:dev.eastus::chainfleet::pulumi:pulumi:Stack::chainfleet-dev.eastus";
    const { regions, errors } = summarize(
      facts({
        result: "failed",
        events: [at(1, { diagnosticEvent: { urn: stack, message: "no", color: "", severity: "error" } })],
      }),
    );
    expect(regions.map(({ result }) => result)).toEqual(["failed", "not-begun"]);
    expect(regions[0]?.error).toContain("no");
    expect(errors).toEqual([]);
  });

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
        events: [
          begins(0, "besu-keys", "same"),
          ...fails(1, "besu-genesis", "the validators are not those of the genesis"),
        ],
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
        events: [begins(0, "besu-keys", "same")],
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

  it("says of a failed run that looked at no resource that no region was begun, and counts no contracts", () => {
    const provider = { ...metadata("default", "create"), type: "pulumi:providers:azure-native" };
    const summary = summarize(
      facts({
        result: "failed",
        events: [
          at(0, { resourcePreEvent: { metadata: provider } }),
          at(1, { resOutputsEvent: { metadata: provider } }),
          at(1, { diagnosticEvent: { message: "unknown key", color: "", severity: "error" } }),
        ],
        resources: [
          ...[validator("eastus", 0), validator("eastus", 1)],
          {
            ...{ urn: urn("chain138-WETH9"), type: "pulumi-nodejs:dynamic/chainfleet:ForgeDeployment" },
            outputs: { chain: { name: "chain138" }, deployment: "WETH9" },
          },
        ],
      }),
    );
    expect(summary.regions.map(({ result }) => result)).toEqual(["not-begun", "not-begun"]);
    expect(summary.contracts).toEqual([]);
    expect(summary.errors).toEqual(["unknown key"]);
  });

  it("counts what the user interrupted as cancelled, and what failed by itself or was finished before as such", () => {
    const { regions, errors } = summarize(
      facts({
        result: "cancelled",
        regions: ["eastus", "westeurope", "onprem", "uksouth"].map((name) => ({
          ...{ name, cloud: "azure", validators: 1 },
        })),
        events: [
          begins(0, "eastus-aks"),
          ...fails(2, "eastus-aks", "PUT of eastus-aks was cancelled; the operation goes on in the cloud"),
          begins(0, "westeurope-aks"),
          ...fails(1, "westeurope-aks", "no quota"),
          begins(0, "onprem-validator-0"),
          ends(1, "onprem-validator-0"),
          begins(0, "genesis"),
          ...fails(2, "genesis", "context canceled"),
          at(3, { diagnosticEvent: { message: "update failed", color: "", severity: "error" } }),
        ],
        resources: [validator("onprem", 0)],
      }),
    );
    expect(regions.map(({ result, error }) => [result, error])).toEqual([
      ["cancelled", undefined],
      ["failed", "westeurope-aks: no quota"],
      ["succeeded", undefined],
      ["cancelled", undefined],
    ]);
    expect(errors).toEqual([]);
  });

  it("does not call a region finished if the run was interrupted before the engine had compared the whole region", () => {
    const results = (events: readonly TimedEvent[]) =>
      summarize(
        facts({
          ...{ result: "cancelled", events },
          resources: ["eastus", "eastus2"].flatMap((region) => [
            ...[validator(region, 0), validator(region, 1)],
            { urn: urn(`${region}-network`), type: "", custom: true },
          ]),
        }),
      ).regions.map(({ result }) => result);
    expect(results([])).toEqual(["not-begun", "not-begun"]);
    expect(results([begins(0, "eastus-network", "same"), ends(0, "eastus-network", "same")])).toEqual([
      "succeeded",
      "cancelled",
    ]);
  });

  it("has no error if the engine says only that the user interrupted it", () => {
    const summary = summarize(
      facts({
        result: "cancelled",
        events: [
          begins(0, "eastus-aks"),
          ...fails(2, "eastus-aks", "context canceled"),
          at(3, { diagnosticEvent: { message: "update failed", color: "", severity: "error" } }),
        ],
      }),
    );
    expect(summary.errors).toEqual([]);
  });

  it("has a removed region, which is deleted once nothing of it is left in the state", () => {
    const result = (left: RunFacts["resources"]) =>
      summarize(
        facts({
          result: left.length === 0 ? "succeeded" : "failed",
          regions: [{ name: "eastus", cloud: "azure", validators: 2, removed: true }],
          events: [begins(0, "eastus-aks", "delete"), ends(3, "eastus-aks", "delete")],
          resources: left,
        }),
      ).regions[0];
    expect(result([])).toMatchObject({ result: "deleted", seconds: 3 });
    expect(result([{ urn: urn("eastus-network"), type: "", custom: true }])).toMatchObject({
      result: "unfinished",
    });
  });
});
