import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PROJECT_ROOT } from "../../components/root";
import { OUTSIDE_OF_THE_PIPELINE, RUN_TIME_READS } from "./run-time-reads";
import { unitTests } from "./unit-tests";

const paths = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: PROJECT_ROOT,
  encoding: "utf8",
})
  .trim()
  .split("\n");

it("names every unit test that starts a program of this repository", () => {
  const starting = unitTests(paths).filter((path) => {
    const text = readFileSync(join(PROJECT_ROOT, path), "utf8");
    return (
      /\b(spawn|spawnSync|execFileSync)\(|promisify\(execFile\)/.test(text) &&
      /\b(PROJECT_ROOT|__dirname)\b/.test(text)
    );
  });
  expect(starting.length).toBeGreaterThan(5);
  const known = [...Object.keys(RUN_TIME_READS), ...OUTSIDE_OF_THE_PIPELINE];
  expect(starting.filter((path) => !known.includes(path))).toEqual([]);
});

it("names only tests that exist", () => {
  const named = [...Object.keys(RUN_TIME_READS), ...OUTSIDE_OF_THE_PIPELINE];
  expect(named.filter((path) => !paths.includes(path))).toEqual([]);
});
