import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crashTolerance, quorum } from "../../besu/quorum";
import { alertRules, stalledSeconds, turnsSeconds } from "./rules";

const network = (validators: number) => ({
  validators,
  blockPeriodSeconds: 2,
  requestTimeoutSeconds: 4,
  namespaces: ["chain138-eastus", "chain138-eastus-monitoring"],
});

const rulesOf = (validators: number) => alertRules(network(validators)).groups.flatMap(({ rules }) => rules);

describe("the alert rules", () => {
  it("have names of their own, and say what is the matter", () => {
    const rules = rulesOf(10);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, annotations } of rules) {
      expect(annotations.summary, alert).toMatch(/\.$/);
      expect(annotations.description, alert).toMatch(/\.$/);
    }
  });

  it("take fewer peers than a quorum needs as few, never what the chain can lose", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 100 }), (validators) => {
        const { expr = "" } = rulesOf(validators).find(({ alert }) => alert === "PeersLow") ?? {};
        const least = Number(/< (\d+)$/.exec(expr)?.[1]);
        // All peers but those that the chain can lose are there.
        expect(validators - 1 - crashTolerance(validators)).toBeGreaterThanOrEqual(least);
        expect(least).toBe(quorum(validators) - 1);
      }),
    );
  });

  it("wait until every validator had two turns, and until four rounds have failed", () => {
    expect(turnsSeconds({ validators: 48, blockPeriodSeconds: 2 })).toBe(192);
    expect(turnsSeconds({ validators: 4, blockPeriodSeconds: 2 })).toBe(60);
    expect(stalledSeconds({ blockPeriodSeconds: 2, requestTimeoutSeconds: 4 })).toBe(62);
    expect(stalledSeconds({ blockPeriodSeconds: 1, requestTimeoutSeconds: 1 })).toBe(60);
  });
});
