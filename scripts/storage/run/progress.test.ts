import { describe, expect, it } from "vitest";
import type { TimedEvent } from "../../run/events";
import { PoolBoard } from "./progress";

const key = "rep3:small:1Gi:1:random-rw:4k";
const urn = (type: string, name: string) =>
  `urn:pulumi:storage::chainfleet::pulumi-nodejs:dynamic/chainfleet:${type}::${name}`;

function event(kind: "begins" | "ends", type: string, name: string, outputs: object = {}): TimedEvent {
  const metadata = {
    op: "create",
    urn: urn(type, name),
    type: `pulumi-nodejs:dynamic/chainfleet:${type}`,
    new: { outputs },
  };
  const at = kind === "begins" ? 1_000 : 4_200;
  return (kind === "begins"
    ? { at, event: { resourcePreEvent: { metadata } } }
    : { at, event: { resOutputsEvent: { metadata } } }) as unknown as TimedEvent;
}

const board = (done: readonly string[] = []) =>
  new PoolBoard(
    { tests: [key, "rep3:small:1Gi:1:random-rw:1M", "rep2:small:1Gi:1:random-rw:4k"], done: new Set(done) },
    0,
  );

describe("the display of a storage run", () => {
  it("tells each test that ends, with its pool's count, its outcome and its time", () => {
    const shown = board();
    expect(shown.apply(event("begins", "FioTest", "rep3-small-1Gi-1-random-rw-4k"))).toBeUndefined();
    expect(
      shown.apply(
        event("ends", "FioTest", "rep3-small-1Gi-1-random-rw-4k", { outcome: "failed", error: "fio" }),
      ),
    ).toBe("[rep3] 1/2 small:1Gi:1:random-rw:4k failed (3.2 s): fio");
  });

  it("has a row for each pool with what the pool does, and one for the run with the time that is left", () => {
    const shown = board();
    shown.apply(event("begins", "VmGroupMachines", "rep2-small-1Gi-1-machines"));
    shown.apply(event("begins", "FioTest", "rep3-small-1Gi-1-random-rw-4k"));
    shown.apply(event("ends", "FioTest", "rep3-small-1Gi-1-random-rw-4k", { outcome: "passed" }));
    expect(shown.rows(6_000, 100)[0]).toBe("rep3 █████░░░░░ 1/2  waits");
    shown.apply(event("begins", "FioTest", "rep3-small-1Gi-1-random-rw-1M"));
    expect(shown.rows(6_000, 100)).toEqual([
      "rep3 █████░░░░░ 1/2  small:1Gi:1:random-rw:1M 5 s, about 5 s left",
      "rep2 ░░░░░░░░░░ 0/1  machines boot 5 s",
      "1 of 3 tests in 6 s, about 12 s left",
    ]);
  });

  it("counts what an earlier run has done, without taking it for speed", () => {
    const shown = board([key]);
    expect(shown.rows(6_000, 100).at(-1)).toBe("1 of 3 tests in 6 s");
  });

  it("cuts rows at the width of the terminal", () => {
    expect(
      board()
        .rows(0, 12)
        .every((row) => row.length <= 11),
    ).toBe(true);
  });
});
