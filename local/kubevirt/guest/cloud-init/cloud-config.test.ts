import { expect, test } from "vitest";
import { stringify } from "yaml";
import { parseCloudConfig } from "./cloud-config";

const document = {
  users: [
    {
      name: "perf-test",
      sudo: "ALL=(ALL) NOPASSWD:ALL",
      shell: "/bin/bash",
      ssh_authorized_keys: ["ssh-ed25519 AAAA test"],
    },
  ],
  packages: ["fio", "qemu-guest-agent"],
  fs_setup: [{ device: "/dev/disk/by-id/virtio-perfdata", filesystem: "xfs" }],
  mounts: [["/dev/disk/by-id/virtio-perfdata", "/home/perf-test/data", "xfs", "defaults", "0", "0"]],
  write_files: [
    { path: "/home/perf-test/job.fio", content: "[global]\n", owner: "perf-test:perf-test", defer: true },
    { path: "/etc/systemd/system/perf-test.service", content: "[Service]\n" },
  ],
  runcmd: [["chown", "perf-test:perf-test", "/home/perf-test", "/home/perf-test/data"]],
};

const userData = (changes: object = {}) => `#cloud-config\n${stringify({ ...document, ...changes })}`;

test("a document of the storage benchmark is understood", () => {
  expect(parseCloudConfig(userData())).toEqual({
    users: [{ name: "perf-test", authorizedKeys: ["ssh-ed25519 AAAA test"], mayBecomeRoot: true }],
    packages: ["fio", "qemu-guest-agent"],
    mount: { device: "/dev/disk/by-id/virtio-perfdata", path: "/home/perf-test/data" },
    writeFiles: [
      { path: "/home/perf-test/job.fio", content: "[global]\n", mode: 0o644, isDeferred: true },
      {
        path: "/etc/systemd/system/perf-test.service",
        content: "[Service]\n",
        mode: 0o644,
        isDeferred: false,
      },
    ],
    commands: [["chown", "perf-test:perf-test", "/home/perf-test", "/home/perf-test/data"]],
  });
});

test("a user without a rule of sudo may not become root", () => {
  const users = [{ name: "perf-test" }];
  expect(parseCloudConfig(userData({ users })).users[0]?.mayBecomeRoot).toBe(false);
});

const file = (changes: object) => ({
  write_files: [{ path: "/home/perf-test/x", content: "", owner: "perf-test", defer: true, ...changes }],
});

test.each([
  ["an unknown key", { bootcmd: [["true"]] }, /bootcmd/],
  ["a package that is not at hand", { packages: ["stress-ng"] }, /packages/],
  ["a command as one text", { runcmd: ["systemctl start x"] }, /runcmd/],
  ["a password", { users: [{ name: "perf-test", passwd: "x" }] }, /passwd/],
  ["a file elsewhere", file({ path: "/etc/passwd" }), /\/etc\/passwd is outside/],
  ["a path that climbs", file({ path: "/home/perf-test/../../etc/passwd" }), /is outside/],
  ["a stranger's file", file({ owner: "nobody" }), /does not exist/],
  ["a file of a user that does not exist yet", file({ defer: false }), /needs defer: true/],
  ["a home that stays root's", { runcmd: [] }, /\/home\/perf-test .* belongs to root/],
  ["a mount without a file system", { fs_setup: [] }, /makes no file system/],
  ["a mount outside of the homes", { mounts: [["/dev/disk/by-id/virtio-perfdata", "/data"]] }, /not below/],
])("%s is refused", (_, changes, message) => {
  expect(() => parseCloudConfig(userData(changes))).toThrow(message);
});

test("user data without cloud-config's first line is refused", () => {
  expect(() => parseCloudConfig("users: []\n")).toThrow(/no cloud-config/);
});
