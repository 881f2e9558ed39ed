import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decide, type FailedOperation } from "./retry";

const UNANSWERED = 'Status=500 Code="InternalServerError" Message="…"';
const THROTTLED = 'Status=429 Code="TooManyRequests" Message="please retry again in 34 seconds"';
const failed = (error: string, rest: Partial<FailedOperation> = {}): FailedOperation => ({
  urn: "urn:pulumi:s::p::azure-native:network:Subnet::a",
  type: "azure-native:network:Subnet",
  failedOperation: "create",
  errors: [error],
  ...rest,
});
const waitOf = (operation: FailedOperation) => {
  const decision = decide(operation);
  return decision.retry ? decision.waitSeconds : undefined;
};

describe("the decision after a failed operation", () => {
  it("repeats what may succeed later, and nothing else", () => {
    expect(decide(failed(UNANSWERED)).retry).toBe(true);
    expect(decide(failed(THROTTLED)).retry).toBe(true);
    expect(decide(failed('Status=403 Code="AuthorizationFailed"')).retry).toBe(false);
    expect(decide(failed("cannot create already existing resource 'x'")).retry).toBe(false);
  });

  it("waits for as long as the cloud says, and a bit longer", () => {
    expect(waitOf(failed(THROTTLED))).toBeGreaterThanOrEqual(34);
    expect(waitOf(failed(THROTTLED))).toBeLessThan(36);
  });

  it("does not repeat a creation without an answer where a second creation makes a second resource", () => {
    const vpc = { type: "aws:ec2/vpc:Vpc" };
    const error =
      "operation error EC2: CreateVpc, https response error StatusCode: 500, api error InternalError";
    expect(decide(failed(error, vpc)).retry).toBe(false);
    expect(decide(failed(error, { ...vpc, failedOperation: "delete" })).retry).toBe(true);
    expect(decide(failed(error, { type: "aws:eks/cluster:Cluster" })).retry).toBe(true);
    expect(decide(failed("StatusCode: 503, api error RequestLimitExceeded", vpc)).retry).toBe(true);
  });

  it("leaves a half-made resource to the next run, because the engine would lose its id, but repeats an update", () => {
    const partial = `1 error occurred:\n\t* ${UNANSWERED}\n\n`;
    expect(decide(failed(partial)).retry).toBe(false);
    expect(decide(failed(partial, { failedOperation: "update" })).retry).toBe(true);
  });

  it("waits with full jitter: always less than an exponential bound, the same for the same failure, and spread out", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 5 }), (urn, attempt) => {
        const operation = failed(UNANSWERED, {
          urn,
          errors: Array.from({ length: attempt }, () => UNANSWERED),
        });
        const wait = waitOf(operation) ?? Number.NaN;
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(Math.min(60, 2 ** attempt));
        expect(waitOf(operation)).toBe(wait);
      }),
    );
    const waits = Array.from(
      { length: 100 },
      (_, index) => waitOf(failed(UNANSWERED, { urn: `${index}` })) ?? 0,
    );
    expect(Math.min(...waits)).toBeLessThan(0.2);
    expect(Math.max(...waits)).toBeGreaterThan(1.8);
  });

  it("gives up in the end, later when the cloud only asks for patience", () => {
    const isRepeated = (error: string, times: number) =>
      decide(failed(error, { errors: Array.from({ length: times }, () => error) })).retry;
    expect([isRepeated(UNANSWERED, 5), isRepeated(UNANSWERED, 6)]).toEqual([true, false]);
    expect([isRepeated(THROTTLED, 20), isRepeated(THROTTLED, 21)]).toEqual([true, false]);
  });
});
