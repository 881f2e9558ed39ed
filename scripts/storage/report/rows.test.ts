import { expect, test } from "vitest";
import { failed, passed } from "../../../test/support/storage/storage-cells";
import { resultRows } from "./rows";

test("a cell has a row for each job and direction, and one row if there are no figures", () => {
  const rows = resultRows("perf-1", [
    passed("a:small:150Gi:1:random-rw:4k", { reads: [100, 200, 300], writes: [10, 20, 30] }),
    failed("a:small:150Gi:1:mixed-70-30:4k"),
  ]);
  expect(
    rows.map(({ job_name, direction, outcome, iops, error }) => [job_name, direction, outcome, iops, error]),
  ).toEqual([
    ["job", "read", "passed", 200, null],
    ["job", "write", "passed", 20, null],
    [null, null, "failed", null, "The VM did not boot."],
  ]);
  expect(rows[0]).toMatchObject({
    run: "perf-1",
    storage_pool: "a",
    concurrency: 1,
    block_size: "4k",
    repetitions: 3,
  });
});
