import type { EngineEvent } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import type { TimedEvent } from "../run/events";
import { repeatedDeletions } from "./failed-deletions";

const urnOf = (name: string) => `urn:pulumi:s::p::azure-native:network:Subnet::${name}`;
const event = (content: object) => ({ at: 0, event: content as EngineEvent }) satisfies TimedEvent;
const failure = (name: string, error: string) => {
  const metadata = { op: "delete", urn: urnOf(name), type: "azure-native:network:Subnet" };
  return [
    event({ resourcePreEvent: { metadata } }),
    event({ resOpFailedEvent: { metadata } }),
    event({ diagnosticEvent: { severity: "error", urn: urnOf(name), message: error } }),
  ];
};
const PASSING = 'Status=503 Code="ServiceUnavailable"';

describe("failed deletions", () => {
  it("are repeated if all of them failed for a passing reason, after a wait that grows", () => {
    const once = repeatedDeletions([[...failure("a", PASSING), ...failure("b", 'Status=429 Code="Busy"')]]);
    expect(once?.urns).toEqual([urnOf("a"), urnOf("b")]);
    expect(once?.waitSeconds).toBeLessThan(2);
    const waits = [1, 2, 3, 4].map(
      (times) => repeatedDeletions(Array.from({ length: times }, () => failure("a", PASSING)))?.waitSeconds,
    );
    expect(Math.max(...waits.map(Number))).toBeGreaterThan(2);
  });

  it("are not repeated without end, nor if one of them failed for good", () => {
    const often = Array.from({ length: 6 }, () => failure("a", PASSING));
    expect(repeatedDeletions(often)).toBeUndefined();
    const forGood = failure("b", 'Status=409 Code="ScopeLocked"');
    expect(repeatedDeletions([[...failure("a", PASSING), ...forGood]])).toBeUndefined();
  });

  it("are none if the engine failed without a resource", () => {
    expect(repeatedDeletions([[]])).toBeUndefined();
  });
});
