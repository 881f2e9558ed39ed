import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Diagnosis } from "../../scripts/doctor/doctor";
import { StorageTarget } from "../support/storage/storage-target";

const NOTHING = { machines: 0, secrets: 0, claims: 0 };
/** The pools of the example by the limits of their storage classes, see local/kubevirt/install/pools.ts. */
const BY_LIMIT = [
  "rep2",
  "file-3000",
  "rep3-virt",
  "rep3",
  "rep3-enc",
  "cephfs-rep2",
  "cephfs-rep3",
  "ec-2-1",
  "file-500",
];

const target = new StorageTarget(0.02, 7);
beforeAll(() => target.start());
afterAll(() => target.checkout.close());

describe("a storage matrix", () => {
  let run = "";

  it("runs the quick tests of nine pools side by side with real fio, and leaves nothing in the cluster", async () => {
    const { code, output, outcome } = await target.run("run", "--quick", "--parallel");
    expect(code, output).toBe(0);
    run = outcome.run;
    expect(outcome.result).toBe("succeeded");
    expect(outcome.pools).toHaveLength(9);
    for (const pool of outcome.pools) {
      expect(pool).toMatchObject({ tests: 4, run: 4, passed: 4, failed: 0, skipped: 0 });
      expect(target.file(run, pool.pool, ".pool-summary")).toBe("4 4 0 0\n");
      expect(target.file(run, pool.pool, "pool.log")).toContain("passed");
    }
    const lines = target.checkpoint(run);
    expect(lines).toHaveLength(36);
    expect(new Set(lines).size).toBe(36);
    expect(await target.leftovers(run)).toEqual(NOTHING);
    expect((await target.control("GET", "statistics")).machines.most).toBeGreaterThan(4);
  });

  it("has all that it needs, says chainfleet doctor, which names a storage class that the cluster lacks", async () => {
    const cluster = async () => {
      const { stdout } = await target.checkout.chainfleet("doctor", "--stack", "storage", "--json").finished;
      const { checks } = JSON.parse(stdout) as Diagnosis;
      return checks.find(({ name }) => name === "storage: cluster");
    };
    expect(await cluster()).toMatchObject({
      result: "ok",
      detail: expect.stringMatching(/KubeVirt \S+, \d+ workers, and the storage classes of 9 pools/),
    });
    const { pools, ...example } = target.exampleConfig() as { pools: object[] };
    target.configure({ ...example, pools: [{ ...pools[0], storageClass: "absent" }, ...pools.slice(1)] });
    const found = await cluster();
    target.configure({});
    expect(found).toMatchObject({
      result: "missing",
      detail: expect.stringContaining('storage.pools[0].storageClass is "absent" (pool rep3)'),
    });
  });

  it("ranks the pools as their limits dictate", async () => {
    const { stdout, output, code } = await target.storage("report", run).finished;
    expect(code, output).toBe(0);
    const { ranking } = JSON.parse(stdout) as { ranking: { pools: { pool: string }[] } };
    expect(ranking.pools.map(({ pool }) => pool)).toEqual(BY_LIMIT);
    for (const file of ["results.txt", "results.csv", "results.parquet", "report.html"]) {
      expect(existsSync(target.checkout.path(`results/${run}/${file}`)), file).toBe(true);
    }
  });

  it("does not run what is measured again, and previews exactly the tests that a change concerns", async () => {
    const preview = async () => {
      const { stdout, output, code } = await target.checkout.onTarget(
        ...["pulumi", "preview", "--stack", "storage", "--non-interactive", "--json"],
      ).finished;
      expect(code, output).toBe(0);
      const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
      return steps
        .filter(({ op, urn }) => op !== "same" && urn.includes("chainfleet:FioTest::"))
        .map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`);
    };
    target.configure({ select: { quick: true } });
    expect(await preview()).toEqual([]);
    const { vmSizes, ...example } = target.exampleConfig() as { vmSizes: object[]; pools: object[] };
    target.configure({
      ...example,
      select: { quick: true, pools: ["rep2"] },
      vmSizes: [{ ...vmSizes[0], cpu: 1 }],
    });
    expect((await preview()).filter((line) => line.startsWith("replace ")).sort()).toEqual([
      "replace rep2-small-1Gi-1-random-rw-1M",
      "replace rep2-small-1Gi-1-random-rw-4k",
      "replace rep2-small-1Gi-1-sequential-rw-1M",
      "replace rep2-small-1Gi-1-sequential-rw-4k",
    ]);
    target.configure({});
  });

  it("finishes the other pools when one cannot boot, fio fails on another and hangs on a third", async () => {
    target.configure({ bootSeconds: 6, testSeconds: 6 });
    await target.setFaults([
      { storageClass: "perf-test-sc-rep3-virt", boot: "never" },
      { storageClass: "perf-test-sc-rep2", fio: "fails" },
      { storageClass: "perf-test-sc-ec-2-1", fio: "hangs" },
    ]);
    const pools = ["rep3", "rep3-virt", "rep2", "ec-2-1", "file-3000"];
    const { code, output, outcome } = await target.run("run", "--overview", "--pool", ...pools);
    expect(code, output).toBe(1);
    expect(outcome.result).toBe("failed");
    const counts = Object.fromEntries(
      outcome.pools.map(({ pool, run: ran, passed, failed, skipped }) => [
        pool,
        [ran, passed, failed, skipped],
      ]),
    );
    expect(counts, output).toEqual({
      rep3: [2, 2, 0, 0],
      "rep3-virt": [0, 0, 0, 2],
      rep2: [2, 0, 2, 0],
      "ec-2-1": [2, 0, 2, 0],
      "file-3000": [2, 2, 0, 0],
    });
    expect(await target.leftovers(outcome.run)).toEqual(NOTHING);

    await target.setFaults([]);
    const resumed = await target.run("resume", outcome.run);
    expect(resumed.code, resumed.output).toBe(0);
    expect(resumed.outcome.pools.map(({ passed }) => passed)).toEqual([2, 2, 2, 2, 2]);
    expect(new Set(target.checkpoint(outcome.run)).size).toBe(10);
    expect(target.checkpoint(outcome.run)).toHaveLength(10);
    target.configure({});
  });
});

describe("a run that is stopped", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "by %s stops what runs, leaves nothing, and is finished by resume with every test exactly once",
    async (signal) => {
      const known = new Set(target.runs());
      const running = target.storage("run", "--quick", "--pool", "rep3", "rep2", "file-500");
      const run = await untilRunning(known, 2);
      for (const pid of commandProcesses()) {
        process.kill(pid, signal);
      }
      const stopped = await running.finished;
      expect(stopped.code, stopped.output).toBe(130);
      expect(await target.leftovers(run)).toEqual(NOTHING);
      const before = target.checkpoint(run);
      expect(before.length).toBeLessThan(12);

      const { code, output, outcome } = await target.run("run", "--resume", run);
      expect(code, output).toBe(0);
      expect(outcome.pools.map(({ passed }) => passed)).toEqual([4, 4, 4]);
      expect(target.checkpoint(run).slice(0, before.length)).toEqual(before);
      expect(target.checkpoint(run)).toHaveLength(12);
      expect(new Set(target.checkpoint(run)).size).toBe(12);
    },
  );

  it("by a second signal ends at once, and clean deletes what is left", async () => {
    const known = new Set(target.runs());
    const running = target.storage("run", "--quick", "--pool", "rep3", "rep2");
    const run = await untilRunning(known, 1);
    for (const pid of commandProcesses()) {
      process.kill(pid, "SIGINT");
      await delay(20);
      process.kill(pid, "SIGINT");
    }
    expect((await running.finished).code).toBe(130);
    const cleaned = await target.storage("clean", run).finished;
    expect(cleaned.code, cleaned.output).toBe(0);
    expect(await target.leftovers(run)).toEqual(NOTHING);
    expect((await target.run("resume", run)).code).toBe(0);
  });

  it("is not resumed with another matrix, and the refusal says where the matrices differ", async () => {
    const { outcome } = await target.run("run", "--overview", "--pool", "rep3");
    target.configure({ blockSizes: ["4k"] });
    const { code, output } = await target.storage("resume", outcome.run).finished;
    target.configure({});
    expect(code).toBe(1);
    expect(output).toContain("RUN_DIFFERS");
    expect(output).toContain("matrix: rep3:small:1Gi:1:sequential-rw:1M is missing now");
  });
});

/** Waits until a new run has finished so many tests. @returns the id of the run. */
async function untilRunning(known: ReadonlySet<string>, tests: number): Promise<string> {
  for (;;) {
    const run = target.runs().find((id) => !known.has(id));
    if (run !== undefined && target.checkpoint(run).length >= tests) {
      return run;
    }
    await delay(50);
  }
}

/** The processes of the `chainfleet storage` command itself. */
function commandProcesses(): number[] {
  return target.checkout
    .processes()
    .filter(({ command }) => /bin\/chainfleet storage/.test(command))
    .map(({ pid }) => pid);
}
