import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RefreshSimulation as Simulation } from "../../testing/refresh-simulation";
import { checkedPreferences, type Preferences } from "./preferences";
import { bounds, fail, isActive, percentage, startRollback } from "./progress";

const DEFAULTS = checkedPreferences({}, { defaultWarmup: 0, canRollBack: true });

const preferences = fc
  .record({
    min: fc.integer({ min: 0, max: 100 }),
    span: fc.option(fc.integer({ min: 0, max: 100 })),
    checkpoints: fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 3 }),
    autoRollback: fc.boolean(),
    bakeTime: fc.constantFrom(0, 100),
    scaleInProtectedInstances: fc.constantFrom("Refresh" as const, "Ignore" as const, "Wait" as const),
  })
  .map(
    ({ min, span, checkpoints, autoRollback, bakeTime, scaleInProtectedInstances }): Preferences => ({
      ...DEFAULTS,
      minHealthyPercentage: min,
      maxHealthyPercentage: span === null ? undefined : Math.max(100, Math.min(200, min + span)),
      checkpointPercentages: checkpoints.sort((a, b) => a - b),
      checkpointDelay: 50,
      autoRollback,
      bakeTime,
      scaleInProtectedInstances,
    }),
  );

const ENDS = ["Successful", "Failed", "Cancelled", "RollbackSuccessful", "RollbackFailed"];

describe("a refresh of any group with any preferences", () => {
  it("never has fewer healthy instances than the minimum nor more than the maximum, and ends in a documented status", () => {
    const event = fc.record({
      at: fc.nat(40),
      what: fc.constantFrom("none", "launch fails", "rollback", "cancel"),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 14 }),
        preferences,
        fc.array(event, { maxLength: 3 }),
        fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 10 }),
        fc.nat(3),
        (desired, chosen, events, bootSeconds, protectedCount) => {
          const group = new Simulation(desired, chosen, (index) => ({
            isProtected: index < protectedCount,
            isStandby: false,
          }));
          for (let i = 0; isActive(group.progress.status); i += 1) {
            expect(i).toBeLessThan(5000);
            group.advance(bootSeconds[i % bootSeconds.length] ?? 0);
            for (const { what } of events.filter(({ at }) => at === i)) {
              if (
                what === "launch fails" &&
                ["InProgress", "RollbackInProgress"].includes(group.progress.status)
              ) {
                group.become(fail(group.progress, "a launch failed", group.conditions()));
              } else if (what === "rollback" && ["InProgress", "Baking"].includes(group.progress.status)) {
                group.become(startRollback(group.progress, "by hand", group.now));
              } else if (
                what === "cancel" &&
                group.progress.status !== "Pending" &&
                isActive(group.progress.status)
              ) {
                group.become({ ...group.progress, status: "Cancelling" });
              }
            }
            expect(percentage(group.progress)).toBeGreaterThanOrEqual(0);
            expect(percentage(group.progress)).toBeLessThanOrEqual(100);
          }
          const { minimum, maximum } = bounds(desired, chosen);
          expect(group.fewest).toBeGreaterThanOrEqual(minimum);
          expect(group.most).toBeLessThanOrEqual(Math.max(desired, maximum));
          expect(ENDS).toContain(group.progress.status);
        },
      ),
      { numRuns: 400 },
    );
  });

  it("replaces every instance when nothing disturbs it, and then every instance is new", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 14 }), preferences, (desired, chosen) => {
        const group = new Simulation(desired, { ...chosen, checkpointPercentages: [] });
        group.run();
        expect(group.progress).toMatchObject({ status: "Successful", remaining: 0 });
        expect(percentage(group.progress)).toBe(100);
        const serving = group.members.filter(({ health }) => health === "healthy");
        expect(serving.map(({ isLaunched }) => isLaunched)).toEqual(Array(desired).fill(true));
      }),
    );
  });
});

describe("how many instances a refresh replaces at the same time", () => {
  it.each([
    // desired, minimum %, maximum %, fewest healthy, most healthy and starting
    [10, 90, undefined, 9, 10],
    [10, 50, undefined, 5, 10],
    [10, 0, undefined, 0, 10],
    [10, 100, undefined, 10, 11],
    [10, 100, 150, 10, 15],
    [10, 90, 110, 9, 11],
    [3, 90, undefined, 2, 3],
    [3, 90, 100, 3, 4],
    [1, 90, undefined, 0, 1],
    [1, 100, undefined, 1, 2],
  ])("%i instances, %i to %s percent: %i to %i instances", (desired, min, max, fewest, most) => {
    const group = new Simulation(desired, {
      ...DEFAULTS,
      minHealthyPercentage: min,
      maxHealthyPercentage: max,
    });
    group.run();
    expect(group.progress.status).toBe("Successful");
    expect([group.fewest, group.most]).toEqual([fewest, most]);
  });
});

describe("a refresh that does not simply run through", () => {
  it("pauses at a checkpoint with as many replaced instances as the checkpoint says, and goes on after the delay", () => {
    const group = new Simulation(10, {
      ...DEFAULTS,
      minHealthyPercentage: 50,
      checkpointPercentages: [30, 100],
      checkpointDelay: 500,
    });
    const atPause = () => group.progress.pausedUntil !== undefined;
    for (let i = 0; i < 100 && !atPause(); i += 1) {
      group.advance(60);
    }
    expect(percentage(group.progress)).toBe(30);
    const pausedAt = group.now;
    while (atPause()) {
      group.advance(60);
    }
    expect(group.now - pausedAt).toBeGreaterThanOrEqual(490);
    group.run();
    expect(group.progress.status).toBe("Successful");
  });

  it("rolls back what it replaced, when a launch fails and AutoRollback is on, and its percentage goes down to zero", () => {
    const group = new Simulation(4, { ...DEFAULTS, minHealthyPercentage: 75, autoRollback: true });
    while (percentage(group.progress) < 50) {
      group.advance(60);
    }
    group.become(fail(group.progress, "no capacity", group.conditions()));
    expect(group.progress).toMatchObject({
      status: "RollbackInProgress",
      rollback: { percentage: 50, remaining: 2 },
    });
    const percentages: number[] = [];
    while (isActive(group.progress.status)) {
      group.advance(60);
      percentages.push(percentage(group.progress));
    }
    expect(group.progress).toMatchObject({ status: "RollbackSuccessful", reason: "no capacity" });
    expect(percentages.at(-1)).toBe(0);
    expect(percentages).toEqual([...percentages].sort((a, b) => b - a));
    expect(group.members.filter(({ health, isOutdated }) => health === "healthy" && isOutdated)).toEqual([]);
  });

  it("fails without AutoRollback, and a rollback that fails is RollbackFailed", () => {
    const group = new Simulation(4, DEFAULTS);
    group.advance(60);
    expect(fail(group.progress, "why", group.conditions())).toMatchObject({
      status: "Failed",
      reason: "why",
    });
    group.become(startRollback(group.progress, "by hand", group.now));
    expect(fail(group.progress, "why", group.conditions())).toMatchObject({ status: "RollbackFailed" });
  });

  it.each([
    ["protected from scale in", { isProtected: true, isStandby: false }],
    ["in standby", { isProtected: false, isStandby: true }],
  ])("waits an hour for instances that are %s, then fails", (_, held) => {
    const group = new Simulation(3, { ...DEFAULTS, minHealthyPercentage: 0 }, (index) =>
      index === 0 ? held : { isProtected: false, isStandby: false },
    );
    group.run();
    expect(group.progress.status).toBe("Failed");
    expect(group.progress.reason).toMatch(/for an hour/);
    expect(group.now).toBeGreaterThan(3600);
    expect(group.members.some(({ id, health }) => id === "old-0" && health === "healthy")).toBe(true);
  });

  it("replaces protected instances and terminates standby ones if the preferences say so", () => {
    const chosen = {
      ...DEFAULTS,
      scaleInProtectedInstances: "Refresh",
      standbyInstances: "Terminate",
    } as const;
    const group = new Simulation(3, chosen, (index) => ({
      isProtected: index === 0,
      isStandby: index === 1,
    }));
    group.run();
    expect(group.progress.status).toBe("Successful");
    expect(group.members.filter(({ isOutdated, health }) => isOutdated && health !== "leaving")).toEqual([]);
  });

  it("leaves ignored instances alone", () => {
    const chosen = { ...DEFAULTS, scaleInProtectedInstances: "Ignore" } as const;
    const group = new Simulation(3, chosen, (index) => ({ isProtected: index === 0, isStandby: false }));
    group.run();
    expect(group.progress).toMatchObject({ status: "Successful", total: 2 });
    expect(group.members.some(({ id, health }) => id === "old-0" && health === "healthy")).toBe(true);
  });

  it("bakes for the bake time before it is successful", () => {
    const group = new Simulation(1, { ...DEFAULTS, bakeTime: 300 });
    while (group.progress.status !== "Baking") {
      group.advance(60);
    }
    const began = group.now;
    group.run();
    expect(group.progress.status).toBe("Successful");
    expect(group.now - began).toBeGreaterThanOrEqual(300);
  });
});
