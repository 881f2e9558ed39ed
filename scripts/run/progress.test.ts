import { PassThrough } from "node:stream";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { progressOn } from "./progress";

const step = (kind: keyof EngineEvent, type: string, name: string, seconds: number) => {
  const urn = `urn:pulumi:dev::chainfleet::${type}::${name}`;
  const metadata = { op: "create", urn, type, provider: "", new: { urn, type, custom: true } };
  return { at: seconds * 1000, event: { [kind]: { metadata } } as unknown as EngineEvent };
};
const NETWORK = "aws:ec2/vpc:Vpc";

describe("the progress on a terminal", () => {
  beforeEach(() => {
    for (const variable of ["FORCE_COLOR", "NO_COLOR", "NODE_DISABLE_COLORS"]) {
      vi.stubEnv(variable, undefined);
    }
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("shows a failed change in red, whatever standard output is", () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 24 });
    const progress = progressOn(terminal as unknown as NodeJS.WriteStream, ["eastus"]);
    progress.event(step("resOpFailedEvent", NETWORK, "eastus-net", 2));
    progress.end();
    expect(String(terminal.read())).toContain("\u001b[31m[eastus] FAILED + eastus-net\u001b[39m");
  });
});
