import fc from "fast-check";
import { expect, test } from "vitest";
import { enterMountPoints, limitArguments, limitJobFile } from "./limits";

const limits = { iops: 800, mbps: 12 };

test("a job with small blocks is limited in operations, and one with large blocks in bytes", () => {
  const job =
    "[global]\ndirectory=data\nsize=64m\n\n[random]\nrw=randread\nbs=4k\n[sequential]\nrw=write\nbs=1M\n";
  expect(limitJobFile(job, limits)).toBe(
    "\n[global]\ndirectory=data\nsize=64m\n\n[random]\nrw=randread\nbs=4k\nrate_iops=800\n\n[sequential]\nrw=write\nbs=1M\n\nrate=12000000\n",
  );
});

test("options of [global] count for the jobs that follow, unless a job has its own", () => {
  const job = "[global]\nbs=1m\nnumjobs=4\n[a]\n[b]\nbs=4k\nnumjobs=2\n";
  expect(limitJobFile(job, limits)).toMatch(/\[a\]\nrate=3000000\n[\s\S]*rate_iops=400\n$/);
});

test("a command line without a job file is limited before its first job", () => {
  expect(limitArguments(["--name=x", "--bs=4k", "--rw=read"], limits)).toEqual([
    "--rate_iops=800",
    "--name=x",
    "--bs=4k",
    "--rw=read",
  ]);
});

test("whatever the block size and the clones, a job of all clones stays below both limits", () => {
  const block = fc.constantFrom("512", "4k", "8k", "64k", "1m", "4M");
  fc.assert(
    fc.property(block, fc.integer({ min: 1, max: 64 }), (bs, numjobs) => {
      const text = limitJobFile(`[job]\nbs=${bs}\nnumjobs=${numjobs}\n`, limits);
      const size = Number.parseInt(bs, 10) * (/k/.test(bs) ? 1024 : /m/i.test(bs) ? 1024 ** 2 : 1);
      const iops = Number(/^rate_iops=(\d+)$/m.exec(text)?.[1] ?? Number.POSITIVE_INFINITY);
      const rate = Number(/^rate=(\d+)$/m.exec(text)?.[1] ?? iops * size);
      expect(rate * numjobs).toBeLessThanOrEqual(limits.mbps * 1e6);
      expect((rate / size) * numjobs).toBeLessThanOrEqual(limits.iops);
    }),
  );
});

test("a job that is slower by rates of its own keeps these, and a faster one is limited", () => {
  const added = (lines: string) =>
    limitJobFile(`[job]\nbs=4k\n${lines}\n;added\n`, limits).split(";added").at(-1)?.trim();
  expect(added("rate_iops=500")).toBe("");
  expect(added("rate_iops=900")).toBe("rate_iops=800");
  expect(added("rate_iops=500\nnumjobs=2")).toBe("rate_iops=400");
  expect(added("rate=100m")).toBe("rate=3276800");
});

test("a comment after a value is not a part of the value", () => {
  expect(limitJobFile("[job]\nnumjobs=1   # one thread\nbs=4k ; small\n", limits)).toMatch(
    /\nrate_iops=800\n$/,
  );
});

test.each(["rate=fast", "rate_iops=many", "bsrange=4k-8k", "numjobs=many", "bs=huge"])(
  "%s, which the limits cannot be put beside, is refused",
  (option) => {
    expect(() => limitJobFile(`[job]\n${option}\n`, limits)).toThrow(/stand-in for pools/);
  },
);

test("every directory of a job is entered through its link", () => {
  expect(enterMountPoints("[a]\ndirectory=data # here\n[b]\ndirectory = /x:/y/ \nfilename=data\n")).toBe(
    "[a]\ndirectory=data/\n[b]\ndirectory = /x/:/y/\nfilename=data\n",
  );
});
