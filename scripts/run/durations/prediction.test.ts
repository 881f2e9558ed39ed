import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultSeconds } from "./default-durations";
import { expectations, learn, NOTHING_LEARNED, simulated } from "./learned-durations";
import { type Advance, type PlannedOperation, predict, remainingSeconds } from "./prediction";

const place = { cloud: "azure", location: "eastus" };

/** Plans of operations of types of their own, with the seconds that each type takes. */
const plan = fc
  .array(fc.record({ seconds: fc.nat(1000), links: fc.array(fc.nat(20), { maxLength: 3 }) }), {
    minLength: 1,
    maxLength: 20,
  })
  .map((nodes) => ({
    seconds: nodes.map(({ seconds }) => seconds),
    operations: nodes.map(
      ({ links }, index): PlannedOperation => ({
        urn: `urn:pulumi:dev::chainfleet::t::${index}`,
        type: `type-${index}`,
        op: "create",
        place,
        dependencies: links.filter((link) => link < index),
      }),
    ),
  }));

const predicted = (operations: readonly PlannedOperation[], seconds: readonly number[]) =>
  predict(operations, ({ type }) => ({
    seconds: seconds[Number(type.slice("type-".length))] ?? 0,
    source: "location",
    samples: 1,
  }))?.seconds ?? Number.NaN;

describe("the predicted length of a run", () => {
  it("is at least the longest operation and at most all operations one after another", () => {
    fc.assert(
      fc.property(plan, ({ operations, seconds }) => {
        const result = predicted(operations, seconds);
        expect(result).toBeGreaterThanOrEqual(Math.max(...seconds));
        expect(result).toBeLessThanOrEqual(seconds.reduce((sum, one) => sum + one, 0));
      }),
    );
  });

  it("never becomes shorter when an operation takes longer, or when an operation waits for one more", () => {
    fc.assert(
      fc.property(plan, fc.nat(19), fc.nat(500), ({ operations, seconds }, which, more) => {
        const place = which % operations.length;
        const slower = seconds.map((one, index) => (index === place ? one + more : one));
        expect(predicted(operations, slower)).toBeGreaterThanOrEqual(predicted(operations, seconds));
        const waiting = operations.map((operation, index) =>
          index === place
            ? { ...operation, dependencies: [...operation.dependencies, ...(place > 0 ? [0] : [])] }
            : operation,
        );
        expect(predicted(waiting, seconds)).toBeGreaterThanOrEqual(predicted(operations, seconds));
      }),
    );
  });

  it("waits in an up with all deletions until everything is created", () => {
    const operation = (type: string, more: Partial<PlannedOperation>): PlannedOperation => ({
      ...{ urn: type, type, op: "create", place, dependencies: [] },
      ...more,
    });
    const operations = [operation("type-0", {}), operation("type-1", { op: "delete", waitsForAll: true })];
    expect(predicted(operations, [5, 3])).toBe(8);
  });

  it("uses the table of defaults for what was never seen, but not for the local target", () => {
    const type = "azure-native:containerservice:ManagedCluster";
    const operation = { urn: "u", type, op: "create", place, dependencies: [] };
    const never = expectations(NOTHING_LEARNED);
    expect(predict([operation], never)).toMatchObject({
      seconds: defaultSeconds(type, "create"),
      learned: 0,
    });
    expect(defaultSeconds(type, "create")).toBeGreaterThan(480);
    expect(predict([{ ...operation, place: simulated(place) }], never)).toBeUndefined();
    const seen = expectations(
      learn(NOTHING_LEARNED, [{ type: "other", op: "create", place: simulated(place), seconds: 4 }]),
    );
    expect(
      predict(
        [
          { ...operation, place: simulated(place) },
          { ...operation, type: "other", place: simulated(place) },
        ],
        seen,
      ),
    ).toMatchObject({ seconds: 4, learned: 1 });
    expect(predict([], never)).toBeUndefined();
  });
});

describe("the time that a run will still take", () => {
  it("never grows as operations run and finish, begins with the prediction and ends with 0", () => {
    fc.assert(
      fc.property(plan, fc.array(fc.tuple(fc.nat(19), fc.nat(2000))), ({ operations, seconds }, progress) => {
        const advances = new Map<number, Advance>();
        let before = remainingSeconds(operations, seconds, advances);
        expect(before).toBe(predicted(operations, seconds));
        for (const [which, runningSeconds] of progress) {
          const place = which % operations.length;
          const known = advances.get(place);
          if (known !== "finished") {
            const further = Math.max(runningSeconds, known?.runningSeconds ?? 0);
            advances.set(place, further > 1500 ? "finished" : { runningSeconds: further });
          }
          const now = remainingSeconds(operations, seconds, advances);
          expect(now).toBeLessThanOrEqual(before);
          before = now;
        }
        const all = new Map(operations.map((_, place) => [place, "finished"] as const));
        expect(remainingSeconds(operations, seconds, all)).toBe(0);
      }),
    );
  });
});
