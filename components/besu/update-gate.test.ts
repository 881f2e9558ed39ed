import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { crashTolerance, FEWEST_VALIDATORS, quorum } from "./quorum";
import { UpdateGate, updateWidth } from "./update-gate";

describe("quorum", () => {
  it("remains when as many validators as tolerated are down, and is lost with one more", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (validators) => {
        expect(validators - crashTolerance(validators)).toBe(quorum(validators));
        expect(3 * quorum(validators)).toBeGreaterThanOrEqual(2 * validators);
        expect(3 * (quorum(validators) - 1)).toBeLessThan(2 * validators);
      }),
    );
    expect([4, 10, 48].map((validators) => [quorum(validators), crashTolerance(validators)])).toEqual([
      [3, 1],
      [7, 3],
      [32, 16],
    ]);
  });
});

describe("the update gate", () => {
  const fleets = fc.record({
    validators: fc.integer({ min: FEWEST_VALIDATORS, max: 60 }),
    failing: fc.option(fc.nat(59)),
    scheduler: fc.scheduler(),
  });

  it("never has more validators down than half of the tolerance, or one, in any order of events", async () => {
    await fc.assert(
      fc.asyncProperty(fleets, async ({ validators, failing, scheduler }) => {
        const gate = new UpdateGate(updateWidth(validators));
        let down = 0;
        let lost = false;
        let enteredAfterLoss = 0;
        const results = Array.from({ length: validators }, async (_, index) => {
          const name = `validator-${index}`;
          await gate.enter(name, 3600);
          down += 1;
          enteredAfterLoss += lost ? 1 : 0;
          expect(down).toBeLessThanOrEqual(Math.max(1, crashTolerance(validators) / 2));
          await scheduler.schedule(Promise.resolve());
          if (index === failing) {
            lost = true;
            gate.lose(name);
          } else {
            down -= 1;
            gate.leave(name);
          }
        });
        const outcomes = await scheduler.waitFor(Promise.allSettled(results));
        const refused = outcomes.filter(({ status }) => status === "rejected").length;
        expect(enteredAfterLoss).toBe(0);
        expect(refused === 0 || (failing !== null && failing < validators)).toBe(true);
      }),
    );
  });

  it("counts a validator as lost when its update is never reported as finished, so that the run ends", async () => {
    vi.useFakeTimers();
    try {
      const gate = new UpdateGate(1);
      await gate.enter("eastus/validator-0", 900);
      const next = gate.enter("westus2/validator-1", 900);
      vi.advanceTimersByTime(900_000);
      await expect(next).rejects.toMatchObject({
        code: "VALIDATOR_UPDATE_REFUSED",
        summary: expect.stringContaining("eastus/validator-0 did not become ready"),
      });
    } finally {
      vi.useRealTimers();
    }
  });

  it("names the lost validator when it refuses another validator", async () => {
    const gate = new UpdateGate(1);
    await gate.enter("eastus/validator-0", 900);
    const next = gate.enter("westus2/validator-1", 900);
    gate.lose("eastus/validator-0");
    await expect(next).rejects.toThrow(
      "VALIDATOR_UPDATE_REFUSED: westus2/validator-1 was not updated, because eastus/validator-0 did not become ready after its update.\nRepair eastus/validator-0, then run again.",
    );
  });
});
