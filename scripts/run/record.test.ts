import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { afterAll, describe, expect, it, vi } from "vitest";
import { eventsOfUnfinishedRun, RunRecord } from "./record";

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

describe("the events of a stack's unfinished run", () => {
  it("come from records of that stack only, even if another stack's name contains the stack's name", () => {
    RunRecord.begin("dev", "up").add(event("of dev"));
    RunRecord.begin("my-dev-2", "destroy").add(event("of my-dev-2"));
    expect(messages("dev")).toEqual(["of dev"]);
    expect(messages("my-dev-2")).toEqual(["of my-dev-2"]);
    expect(messages("2")).toEqual([]);
  });
});
