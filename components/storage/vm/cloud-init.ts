import { stringify } from "yaml";
import { DATA_FOLDER } from "../fio/job-file";

/** The user of the machines. */
export const GUEST_USER = "perf-test";
/** The service that runs fio once at each start. */
export const SERVICE = "perf-test.service";
/** The serial number of the volume under test, by which the machine finds the disk: its letter depends on the others. */
export const DATA_SERIAL = "perfdata";

const HOME = `/home/${GUEST_USER}`;

/** Files of the machine, relative to the user's home. */
export const GUEST_FILES = {
  job: "job.fio",
  script: "run-benchmark.sh",
  /** Which test, and which repetition of the test, the job file holds. */
  wanted: "wanted",
  /** The content of `wanted` when the service started. */
  started: "results/started",
  output: "results/fio.json",
  log: "results/fio.log",
} as const;

/**
 * The user data of a machine, which runs its first test as soon as the machine has booted.
 *
 * @param first the job file and the token of the first test.
 */
export function cloudInit(
  publicKey: string,
  first: { readonly job: string; readonly token: string },
): string {
  const document = {
    users: [
      {
        name: GUEST_USER,
        sudo: "ALL=(ALL) NOPASSWD:ALL",
        shell: "/bin/bash",
        ssh_authorized_keys: [publicKey],
      },
    ],
    ssh_pwauth: false,
    packages: ["fio", "qemu-guest-agent"],
    fs_setup: [{ filesystem: "ext4", device: DATA_DEVICE, overwrite: false }],
    mounts: [[DATA_DEVICE, `${HOME}/${DATA_FOLDER}`, "ext4", "defaults,noatime,nofail", "0", "0"]],
    write_files: [
      file(GUEST_FILES.job, "0644", first.job),
      file(GUEST_FILES.wanted, "0644", first.token),
      file(GUEST_FILES.script, "0755", SCRIPT),
      { path: `/etc/systemd/system/${SERVICE}`, permissions: "0644", content: UNIT },
    ],
    runcmd: [
      ["chown", "-R", `${GUEST_USER}:${GUEST_USER}`, HOME],
      ["systemctl", "daemon-reload"],
      ["systemctl", "start", "--no-block", "qemu-guest-agent.service"],
      ["systemctl", "start", "--no-block", SERVICE],
    ],
  };
  return `#cloud-config\n${stringify(document, { lineWidth: 0 })}`;
}

const DATA_DEVICE = `/dev/disk/by-id/virtio-${DATA_SERIAL}`;

/** Files in the home are written after the user exists; cloud-init would otherwise make the home before the user. */
function file(name: string, permissions: string, content: string) {
  return { path: `${HOME}/${name}`, permissions, content, defer: true };
}

/**
 * Runs fio once. A test is measured on the mounted volume or not at all: without the check, fio would measure the root disk
 * of a machine whose volume was not mounted.
 */
const SCRIPT = `#!/bin/bash
set -u
cd "$(dirname "$0")"
rm -rf results
mkdir -p results
cp wanted results/started
if ! mountpoint -q ${DATA_FOLDER}; then
  echo "the volume under test is not mounted at ${DATA_FOLDER}" > results/fio.log
  exit 1
fi
rm -f ${DATA_FOLDER}/perf-test.*
exec fio --output-format=json --output=results/fio.json job.fio > results/fio.log 2>&1
`;

/**
 * The shell is what systemd executes: where SELinux enforces, as on Fedora, systemd may not execute a file in a home folder
 * (init_t and user_home_t). fio that fails at once may be started again at once, as often as there are tests.
 */
const UNIT = `[Unit]
Description=One storage benchmark with fio
StartLimitIntervalSec=0

[Service]
Type=oneshot
RemainAfterExit=yes
User=${GUEST_USER}
WorkingDirectory=${HOME}
ExecStart=/bin/bash ${HOME}/${GUEST_FILES.script}
`;
