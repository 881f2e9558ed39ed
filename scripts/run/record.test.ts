import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { afterAll, describe, expect, it, vi } from "vitest";
import { eventsOfUnfinishedRun, RunRecord } from "./record";
import { deleteOldRuns, runsKept } from "./records/retention";

const root = vi.hoisted(() => ({ folder: "" }));
vi.mock("../../components/root", async () => {
  root.folder = mkdtempSync(join(tmpdir(), "chainfleet-record-"));
  return { PROJECT_ROOT: root.folder };
});

afterAll(() => {
  rmSync(root.folder, { recursive: true, force: true });
});

const event = (message: string) =>
  ({ sequence: 0, timestamp: 0, diagnosticEvent: { message, color: "", severity: "info" } }) as EngineEvent;
const messages = (stackName: string) =>
  eventsOfUnfinishedRun(stackName).map(({ event: { diagnosticEvent } }) => diagnosticEvent?.message);

const step = (op: string, kind = "resourcePreEvent") => {
  const state = {
    custom: true,
    id: "i",
    parent: "",
    provider: "",
    inputs: { key: "in" },
    outputs: { key: "out" },
  };
  return { [kind]: { metadata: { op, urn: op, type: "t", provider: "", old: state, new: state, keys: [] } } };
};
const recorded = (record: RunRecord) =>
  existsSync(join(record.directory, "events.jsonl"))
    ? readFileSync(join(record.directory, "events.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).event)
    : [];

describe("the record of a run", () => {
  it("keeps the inputs of creations, which a recovery needs, and no other properties", () => {
    const record = RunRecord.begin("slim", "up");
    for (const op of ["create", "create-replacement", "update", "delete"]) {
      expect(record.add(step(op) as never).event).toEqual(step(op));
      record.add(step(op, "resOutputsEvent") as never);
    }
    const events = recorded(record);
    expect(events).toHaveLength(8);
    expect(JSON.stringify(events).match(/"out"/)).toBeNull();
    expect(
      events.flatMap((each) =>
        JSON.stringify(each).includes('"in"') ? [each.resourcePreEvent.metadata.op] : [],
      ),
    ).toEqual(["create", "create-replacement"]);
  });

  it("does not write what did not change, but counts it", () => {
    const record = RunRecord.begin("same", "up");
    for (let index = 0; index < 300; index += 1) {
      record.add(step("same") as never);
      record.add(step("same", "resOutputsEvent") as never);
    }
    record.add(event("done"));
    expect(recorded(record)).toHaveLength(1);
    expect(record.events).toHaveLength(601);
  });

  it("has neither debug messages nor the config", () => {
    const record = RunRecord.begin("secret", "up");
    record.add({ ...event("debug"), diagnosticEvent: { severity: "debug", message: "secret" } } as never);
    record.add({ preludeEvent: { config: { key: "secret" } } } as never);
    expect(JSON.stringify(recorded(record))).not.toContain("secret");
  });
});

describe("the records of old runs", () => {
  it("are deleted but for the last ones of the stack, and those of other stacks stay", () => {
    const runs = (stack: string) =>
      readdirSync(join(root.folder, ".chainfleet/runs")).filter((id) => id.includes(`-${stack}-`));
    RunRecord.begin("other", "up");
    for (let index = 0; index < 5; index += 1) {
      vi.setSystemTime(new Date(2026, 0, index + 1));
      RunRecord.begin("many", "up");
    }
    vi.useRealTimers();
    const last = runs("many").sort().slice(-2);
    deleteOldRuns("many", 2);
    expect(runs("many").sort()).toEqual(last);
    expect(runs("other")).toHaveLength(1);
  });

  it("are as many as the environment says, 50 by default", () => {
    expect(runsKept(undefined)).toBe(50);
    expect(runsKept("7")).toBe(7);
    for (const wrong of ["0", "-1", "many", "1.5"]) {
      expect(() => runsKept(wrong)).toThrow("RUNS_KEPT_INVALID");
    }
  });
});

describe("the events of a stack's unfinished run", () => {
  it("come from records of that stack only, even if another stack's name contains the stack's name", () => {
    RunRecord.begin("dev", "up").add(event("of dev"));
    RunRecord.begin("my-dev-2", "destroy").add(event("of my-dev-2"));
    expect(messages("dev")).toEqual(["of dev"]);
    expect(messages("my-dev-2")).toEqual(["of my-dev-2"]);
    expect(messages("2")).toEqual([]);
  });

  it("are found under the plain and the full name of the stack", () => {
    RunRecord.begin("organization/chainfleet/full-name", "up").add(event("of full-name"));
    expect(messages("full-name")).toEqual(["of full-name"]);
    expect(messages("organization/chainfleet/full-name")).toEqual(["of full-name"]);
  });
});
