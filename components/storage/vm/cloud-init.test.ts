import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { jobFile } from "../fio/job-file";
import { cloudInit } from "./cloud-init";

const job = jobFile("random-rw", "4k", {
  runtimeSeconds: 1,
  rampSeconds: 0,
  iodepth: 1,
  numjobs: 1,
  fileSize: "4M",
});

describe("the cloud-init of a machine", () => {
  const text = cloudInit("ssh-ed25519 AAAA test", { job, token: "rep3:small:1Gi:1:random-rw:4k#0@abc" });
  const document = parse(text);
  const files = Object.fromEntries(
    document.write_files.map(({ path, content }: { path: string; content: string }) => [path, content]),
  );

  it("begins with the line by which cloud-init knows its format", () => {
    expect(text.split("\n")[0]).toBe("#cloud-config");
  });

  it("holds the job file and the token of the first test unchanged", () => {
    expect(files["/home/perf-test/job.fio"]).toBe(job);
    expect(files["/home/perf-test/wanted"]).toBe("rep3:small:1Gi:1:random-rw:4k#0@abc");
  });

  it("lets only the run's key in", () => {
    expect(document.ssh_pwauth).toBe(false);
    expect(document.users.map((user: { name: string }) => user.name)).toEqual(["perf-test"]);
    expect(document.users[0].ssh_authorized_keys).toEqual(["ssh-ed25519 AAAA test"]);
  });

  it("mounts the disk with the volume's serial number where fio works", () => {
    expect(document.mounts[0].slice(0, 2)).toEqual([
      "/dev/disk/by-id/virtio-perfdata",
      "/home/perf-test/data",
    ]);
    expect(job).toContain("directory=data");
    expect(files["/etc/systemd/system/perf-test.service"]).toContain("WorkingDirectory=/home/perf-test");
  });
});
