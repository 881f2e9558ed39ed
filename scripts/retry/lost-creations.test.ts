import type { EngineEvent } from "@pulumi/pulumi/automation";
import { describe, expect, it } from "vitest";
import { errorsOf, failedUrns, type TimedEvent } from "../run/events";
import { lostCreations, withoutOvercome } from "./lost-creations";

const urnOf = (type: string) => `urn:pulumi:s::p::${type}::a`;
const event = (content: object) => ({ at: 0, event: content as EngineEvent }) satisfies TimedEvent;
const step = (kind: string, type: string, op = "create") =>
  event({ [kind]: { metadata: { op, urn: urnOf(type), type, new: { custom: true } } } });
const message = (severity: string, type: string, text: string) =>
  event({ diagnosticEvent: { severity, urn: urnOf(type), message: text } });
const failure = (type: string, error: string, op = "create") => [
  step("resourcePreEvent", type, op),
  step("resOpFailedEvent", type, op),
  message("error", type, error),
];
const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "azure-native:network:Subnet";
const REPEATED = "retrying create due to on-error hook request (1/100)";
const EXISTS = "cannot create already existing resource '/subscriptions/x'";

describe("lost creations", () => {
  it("are those without an answer that were not repeated", () => {
    expect(lostCreations(failure(VPC, "StatusCode: 504, api error GatewayTimeout"))).toEqual([urnOf(VPC)]);
    expect(lostCreations(failure(VPC, "StatusCode: 403, api error UnauthorizedOperation"))).toEqual([]);
    expect(lostCreations(failure(VPC, "StatusCode: 504, api error GatewayTimeout", "update"))).toEqual([]);
  });

  it("are those whose repetition found the resource, and not those of which somebody else has one", () => {
    const found = failure(SUBNET, EXISTS);
    expect(lostCreations([message("warning", SUBNET, REPEATED), ...found])).toEqual([urnOf(SUBNET)]);
    expect(lostCreations(found)).toEqual([]);
  });

  it("are not those that failed in every repetition", () => {
    const failed = failure(SUBNET, 'Status=500 Code="InternalServerError"');
    expect(lostCreations([message("warning", SUBNET, REPEATED), ...failed])).toEqual([]);
  });
});

describe("the events of a run with several runs of the engine", () => {
  it("have only the failures that remained", () => {
    const first = [...failure(VPC, "StatusCode: 504"), ...failure(SUBNET, "Status=403")];
    const second = failure(SUBNET, "Status=403 again");
    expect(failedUrns(withoutOvercome([first, second]))).toEqual([urnOf(SUBNET)]);
    expect([...errorsOf(withoutOvercome([first, second])).values()]).toEqual(["Status=403 again"]);
    expect(failedUrns(withoutOvercome([first]))).toEqual([urnOf(VPC), urnOf(SUBNET)]);
  });
});
