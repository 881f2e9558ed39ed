import { describe, expect, it } from "vitest";
import { provider } from "./fio-test-provider";

const size = { name: "small", cpu: 2, memory: "4Gi" };
const group = { key: "rep3:small:150Gi:1", pool: "rep3", size, pvcSize: "150Gi", concurrency: 1 };
const inputs = {
  run: "perf-1",
  runIsGiven: true,
  results: "results",
  cluster: {},
  namespace: "vm-perf-test",
  group,
  storageClass: "sc",
  volumeMode: "Filesystem",
  image: "fedora:43",
  fio: { runtimeSeconds: 1, rampSeconds: 0, iodepth: 1, numjobs: 1, fileSize: "4M" },
  environment: "0123456789abcdef",
  bootSeconds: 60,
  pollSeconds: 1,
  profile: "random-rw",
  blockSize: "4k",
  job: "[global]",
  timeoutSeconds: 60,
  repeat: { atLeast: 1, atMost: 1, spread: 0.05 },
};
const state = { ...inputs, outcome: "passed", error: "", endedAt: "2026-11-30T00:00:00.000Z" };

async function replaces(olds: object, news: object): Promise<readonly string[]> {
  const { replaces: names = [], changes } = await provider.diff("id", olds, news);
  expect(changes).toBe(names.length > 0);
  return names;
}

describe("a test that was measured", () => {
  it("is not measured again while nothing changes that the result depends on", async () => {
    expect(await replaces(state, inputs)).toEqual([]);
    expect(await replaces(state, { ...inputs, pollSeconds: 5, timeoutSeconds: 9, bootSeconds: 1 })).toEqual(
      [],
    );
  });

  it.each([
    ["environment", { environment: "ffffffffffffffff" }],
    ["job", { job: "[other]" }],
    ["image", { image: "fedora:44" }],
    ["storageClass", { storageClass: "other" }],
    ["fio", { fio: { ...inputs.fio, runtimeSeconds: 2 } }],
    ["repeat", { repeat: { atLeast: 3, atMost: 9, spread: 0.05 } }],
    ["group", { group: { ...group, size: { ...size, cpu: 4 } } }],
    ["run", { run: "perf-2" }],
  ])("is measured again when its %s changes", async (name, change) => {
    expect(await replaces(state, { ...inputs, ...change })).toContain(name);
  });

  it("is not measured again for a run that the user has not named", async () => {
    expect(await replaces(state, { ...inputs, run: "storage-0123", runIsGiven: false })).toEqual([]);
  });

  it("is measured again if the run has lost the result, and not because the run has the result by now", async () => {
    expect(await replaces(state, { ...inputs, hasResult: false })).toEqual(["hasResult"]);
    expect(await replaces({ ...state, hasResult: false }, { ...inputs, hasResult: true })).toEqual([]);
  });

  it.each(["failed", "skipped"])("is measured again after it was %s", async (outcome) => {
    expect(await replaces({ ...state, outcome }, inputs)).toEqual(["outcome"]);
  });
});
