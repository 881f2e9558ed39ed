import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  blockedTasks,
  criticalPath,
  inOrder,
  type Ordered,
  overlappingPairs,
  readyTasks,
  type TaskState,
} from "./task-graph";

/** Graphs without cycles: a task waits only for tasks with smaller numbers; the list is shuffled. */
const graphs = fc
  .integer({ min: 1, max: 9 })
  .chain((size) =>
    fc.tuple(
      ...Array.from({ length: size }, (_, index) =>
        fc.subarray(Array.from({ length: index }, (_, before) => `t${before}`)).map(
          (after): Ordered => ({
            name: `t${index}`,
            after,
          }),
        ),
      ),
    ),
  )
  .chain((tasks) => fc.shuffledSubarray(tasks, { minLength: tasks.length }));

describe("the order of the tasks", () => {
  it("has each task once, behind all its predecessors", () => {
    fc.assert(
      fc.property(graphs, (tasks) => {
        const names = inOrder(tasks).map(({ name }) => name);
        expect(names.toSorted()).toEqual(tasks.map(({ name }) => name).toSorted());
        for (const { name, after } of tasks) {
          for (const before of after) {
            expect(names.indexOf(before)).toBeLessThan(names.indexOf(name));
          }
        }
      }),
    );
  });

  it("is refused if tasks wait for each other, for unknown tasks, or share a name", () => {
    const first = { name: "first", after: ["second"] };
    expect(() => inOrder([first, { name: "second", after: ["first"] }])).toThrow(
      /wait for each other: first, second/,
    );
    expect(() => inOrder([first])).toThrow(/first waits for second/);
    expect(() =>
      inOrder([
        { ...first, after: [] },
        { ...first, after: [] },
      ]),
    ).toThrow(/more than one task: first/);
  });
});

describe("the tasks that are ready", () => {
  it("run everything if all succeed, whichever ready task ends first, and never one before its predecessors", () => {
    fc.assert(
      fc.property(graphs, fc.infiniteStream(fc.nat()), (tasks, choices) => {
        const states = new Map<string, TaskState>();
        const choose = choices[Symbol.iterator]();
        for (let ready = readyTasks(tasks, states); ready.length > 0; ready = readyTasks(tasks, states)) {
          const chosen = ready[choose.next().value % ready.length];
          expect(chosen?.after.every((before) => states.get(before) === "succeeded")).toBe(true);
          states.set(chosen?.name ?? "", "succeeded");
        }
        expect(states.size).toBe(tasks.length);
      }),
    );
  });

  it("leave out exactly what depends on a task that failed", () => {
    fc.assert(
      fc.property(graphs, fc.nat(), (tasks, choice) => {
        const failing = tasks[choice % tasks.length]?.name ?? "";
        const states = new Map<string, TaskState>();
        const dependents = new Set([failing]);
        for (const { name, after } of inOrder(tasks)) {
          if (after.some((before) => dependents.has(before))) dependents.add(name);
        }
        let started = readyTasks(tasks, states);
        while (started.length > 0) {
          for (const { name } of started) states.set(name, name === failing ? "failed" : "succeeded");
          for (
            let blocked = blockedTasks(tasks, states);
            blocked.length > 0;
            blocked = blockedTasks(tasks, states)
          ) {
            for (const { name } of blocked) states.set(name, "skipped");
          }
          started = readyTasks(tasks, states);
        }
        expect(states.size).toBe(tasks.length);
        const notDone = [...states].filter(([, state]) => state !== "succeeded").map(([name]) => name);
        expect(notDone.toSorted()).toEqual([...dependents].toSorted());
      }),
    );
  });
});

describe("overlap", () => {
  it("is possible for two tasks exactly if neither is behind the other", () => {
    const tasks: Ordered[] = [
      { name: "build", after: [] },
      { name: "types", after: [] },
      { name: "test", after: ["build"] },
      { name: "report", after: ["test", "types"] },
    ];
    expect(overlappingPairs(tasks)).toEqual([
      ["build", "types"],
      ["types", "test"],
    ]);
  });
});

describe("the critical path", () => {
  it("is no shorter than any task, and as long as the whole if each task waits for the one before", () => {
    fc.assert(
      fc.property(graphs, fc.array(fc.nat(100), { minLength: 9, maxLength: 9 }), (tasks, durations) => {
        const seconds = new Map(tasks.map(({ name }, index) => [name, durations[index] ?? 0]));
        const length = criticalPath(tasks, seconds).reduce((sum, name) => sum + (seconds.get(name) ?? 0), 0);
        expect(length).toBeGreaterThanOrEqual(Math.max(...seconds.values()));
        const chain = inOrder(tasks).map(({ name }, index, all) => ({
          name,
          after: index === 0 ? [] : [all[index - 1]?.name ?? ""],
        }));
        const whole = [...seconds.values()].reduce((sum, one) => sum + one, 0);
        expect(criticalPath(chain, seconds).reduce((sum, name) => sum + (seconds.get(name) ?? 0), 0)).toBe(
          whole,
        );
      }),
    );
  });
});
