import { describe, expect, it } from "vitest";
import { jobFile } from "./job-file";
import { FIO_PROFILES, hasOwnBlockSizes } from "./profiles";

const settings = { runtimeSeconds: 120, rampSeconds: 10, iodepth: 32, numjobs: 4, fileSize: "4G" };

describe("a fio job file", () => {
  it("has the block size of the test, and the jobs one after another", () => {
    expect(jobFile("random-rw", "4k", settings)).toBe(`[global]
directory=data
ioengine=libaio
direct=1
time_based=1
runtime=120
ramp_time=10
size=4G
iodepth=32
numjobs=4
group_reporting=1
filename_format=perf-test.$jobnum
bs=4k

[rand-read]
rw=randread
stonewall

[rand-write]
rw=randwrite
stonewall
`);
  });

  it("has the jobs' own block sizes and depths where the profile has them", () => {
    const text = jobFile("db-oltp", "native", settings);
    expect(text).not.toContain("bs=native");
    expect(text).toContain("[db-wal-write]\nrw=write\nbs=8k\niodepth=1\nnumjobs=1\nfsync=1\nstonewall");
    expect(text).toContain("[db-oltp-mixed]\nrw=randrw\nrwmixread=80\nbs=8k\nstonewall");
  });

  it("names no job twice, and a profile has block sizes of its own for all jobs or for none", () => {
    const names = FIO_PROFILES.flatMap(({ jobs }) => jobs.map(({ name }) => name));
    expect(new Set(names).size).toBe(names.length);
    for (const profile of FIO_PROFILES) {
      const own = profile.jobs.filter(({ blockSize }) => blockSize !== undefined).length;
      expect(own).toBe(hasOwnBlockSizes(profile) ? profile.jobs.length : 0);
    }
  });
});
