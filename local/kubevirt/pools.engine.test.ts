import { afterAll, beforeAll, expect, test } from "vitest";
import { KubeVirtSession, until } from "../testing/kubevirt-session";
import { POOLS } from "./install/pools";

let session: KubeVirtSession;
beforeAll(async () => {
  session = await KubeVirtSession.start();
});
afterAll(() => session?.stop());

test("nine machines that work at the same time rank as the limits of their pools say", async () => {
  const pools = Object.entries(POOLS);
  await Promise.all(
    pools.map(([storageClass], index) => session.createMachine(`vm-${index}`, { storageClass })),
  );
  const measured = await Promise.all(
    pools.map(async ([storageClass], index) => {
      const name = `vm-${index}`;
      await session.condition(name, "AgentConnected");
      await until(`the end of the job of ${name}`, async () => {
        const unit = await session.unit(name, "perf-test");
        return unit["SubState"] === "exited" ? true : undefined;
      });
      const { output } = await session.ssh(name, "cat results/fio.json");
      const iops: number = JSON.parse(output).jobs[0].write.iops;
      return { storageClass, iops };
    }),
  );
  const byLimit = pools.toSorted(([, a], [, b]) => b.iops - a.iops).map(([storageClass]) => storageClass);
  expect(measured.toSorted((a, b) => b.iops - a.iops).map(({ storageClass }) => storageClass)).toEqual(
    byLimit,
  );
  for (const { storageClass, iops } of measured) {
    expect(iops).toBeLessThan((POOLS[storageClass]?.iops ?? 0) * 1.1);
  }
  expect((await session.statistics()).machines.most).toBe(pools.length);
  await Promise.all(pools.map((_, index) => session.deleteMachine(`vm-${index}`)));
  await Promise.all(pools.map((_, index) => session.ended(`vm-${index}`)));
});
