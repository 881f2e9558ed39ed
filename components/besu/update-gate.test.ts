import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { crashTolerance, FEWEST_VALIDATORS, quorum } from "./quorum";
import { UpdateGate } from "./update-gate";
import { marginOf, restartsAtOnce } from "./votes/votes";

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

const gateOf = (width: number, regions: readonly string[] = []) =>
  new UpdateGate({ restartsAtOnce: async () => width, regions });

describe("the update gate", () => {
  const fleets = fc.integer({ min: FEWEST_VALIDATORS, max: 60 }).chain((total) =>
    fc.record({
      total: fc.constant(total),
      present: fc.integer({ min: quorum(total), max: total }),
      failing: fc.option(fc.nat(total - 1)),
      scheduler: fc.scheduler(),
    }),
  );

  it("never takes the chain its quorum, in any order of events, with votes that are lost already", async () => {
    let updates = 0;
    await fc.assert(
      fc.asyncProperty(fleets, async ({ total, present, failing, scheduler }) => {
        const votes = { total, present };
        const gate = gateOf(restartsAtOnce(votes));
        let down = 0;
        let lost = false;
        let enteredAfterLoss = 0;
        const results = Array.from({ length: present }, async (_, index) => {
          const name = `validator-${index}`;
          await gate.enter(name, 3600);
          down += 1;
          updates += 1;
          enteredAfterLoss += lost ? 1 : 0;
          expect(present - down).toBeGreaterThanOrEqual(quorum(total));
          expect(down).toBeLessThanOrEqual(Math.max(1, marginOf(votes) / 2));
          await scheduler.schedule(Promise.resolve());
          if (index === failing) {
            lost = true;
            gate.lose(name);
          } else {
            down -= 1;
            gate.leave(name);
          }
        });
        if (restartsAtOnce(votes) === 0) {
          // The stack's gate refuses instead, see below.
          expect(down).toBe(0);
          return;
        }
        const outcomes = await scheduler.waitFor(Promise.allSettled(results));
        const refused = outcomes.filter(({ status }) => status === "rejected").length;
        expect(enteredAfterLoss).toBe(0);
        expect(refused === 0 || (failing !== null && failing < present)).toBe(true);
      }),
    );
    expect(updates).toBeGreaterThan(1_000);
  });

  it("asks before each admission how many may be down, and holds updates back while that is none", async () => {
    let width = 2;
    const gate = new UpdateGate({ restartsAtOnce: async () => width, regions: [] });
    await Promise.all([gate.enter("a", 60), gate.enter("b", 60)]);
    width = 1;
    const admitted: string[] = [];
    const c = gate.enter("c", 60).then(() => admitted.push("c"));
    gate.leave("a");
    await new Promise(setImmediate);
    expect(admitted).toEqual([]);
    gate.leave("b");
    await c;
    expect(admitted).toEqual(["c"]);
  });

  it("refuses every update with the reason where not a single validator may be down", async () => {
    const reason = new Error("7 of 10 votes remain");
    const gate = new UpdateGate({ restartsAtOnce: () => Promise.reject(reason), regions: [] });
    await expect(gate.enter("a", 60)).rejects.toBe(reason);
    await expect(gate.enter("b", 60)).rejects.toBe(reason);
  });

  it("updates the regions one after another, in the order of the config", async () => {
    const gate = gateOf(1, ["eu", "eu-west", "us"]);
    const admitted: string[] = [];
    const update = async (name: string) => {
      await gate.enter(name, 60);
      admitted.push(name);
      await new Promise((resolve) => setTimeout(resolve, 5));
      gate.leave(name);
    };
    const first = update("us-validator-0");
    await new Promise(setImmediate);
    await Promise.all([
      first,
      ...["eu-west-validator-1", "eu-validator-0", "us-validator-1", "eu-aks", "eu-west-eks"].map(update),
    ]);
    expect(admitted).toEqual([
      "us-validator-0",
      "us-validator-1",
      "eu-validator-0",
      "eu-aks",
      "eu-west-validator-1",
      "eu-west-eks",
    ]);
  });

  it("counts a validator as lost when its update is never reported as finished, so that the run ends", async () => {
    vi.useFakeTimers();
    try {
      const gate = gateOf(1);
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
    const gate = gateOf(1);
    await gate.enter("eastus/validator-0", 900);
    const next = gate.enter("westus2/validator-1", 900);
    gate.lose("eastus/validator-0");
    await expect(next).rejects.toThrow(
      "VALIDATOR_UPDATE_REFUSED: westus2/validator-1 was not updated, because eastus/validator-0 did not become ready after its update.\nRepair eastus/validator-0, then run again.",
    );
  });
});
