import { API_VERSION } from "../kubevirt/api/crds";

/** A VM as the storage benchmark describes one. */
export function virtualMachine(
  name: string,
  { cpuRequest, domain = {}, spec = {} }: MachineChanges = {},
): object {
  return {
    apiVersion: API_VERSION,
    kind: "VirtualMachine",
    metadata: { name, labels: { "perf-test/run-id": "r1" } },
    spec: {
      runStrategy: "Always",
      template: {
        metadata: { labels: { "perf-test/run-id": "r1" } },
        spec: {
          terminationGracePeriodSeconds: 0,
          domain: {
            cpu: { cores: 2, sockets: 1, threads: 1 },
            memory: { guest: "2Gi" },
            ioThreadsPolicy: "auto",
            ...(cpuRequest === undefined ? {} : { resources: { requests: { cpu: cpuRequest } } }),
            devices: {
              blockMultiQueue: true,
              rng: {},
              disks: [
                { name: "root", disk: { bus: "virtio" } },
                { name: "data", disk: { bus: "virtio" }, serial: "perfdata" },
                { name: "cloudinit", disk: { bus: "virtio" } },
              ],
              interfaces: [{ name: "default", masquerade: {} }],
            },
            ...domain,
          },
          networks: [{ name: "default", pod: {} }],
          volumes: [
            { name: "root", containerDisk: { image: "quay.io/containerdisks/fedora:42" } },
            { name: "data", persistentVolumeClaim: { claimName: `${name}-data` } },
            { name: "cloudinit", cloudInitNoCloud: { secretRef: { name: `${name}-cloud-init` } } },
          ],
          ...spec,
        },
      },
    },
  };
}

/** What a test's VM has in place of the usual. */
export interface MachineChanges {
  readonly storageClass?: string;
  readonly cpuRequest?: string;
  readonly cloudConfig?: object;
  /** Fields of the domain. */
  readonly domain?: object;
  /** Fields of the instance's spec. */
  readonly spec?: object;
}

/**
 * The cloud-config of a machine that runs a job of fio once it is up.
 *
 * @param publicKey the key that opens the machine, as a line of authorized_keys.
 */
export function cloudConfig(publicKey: string): object {
  const device = "/dev/disk/by-id/virtio-perfdata";
  const owner = "perf-test:perf-test";
  return {
    users: [
      {
        name: "perf-test",
        sudo: "ALL=(ALL) NOPASSWD:ALL",
        shell: "/bin/bash",
        ssh_authorized_keys: [publicKey],
      },
    ],
    packages: ["fio", "qemu-guest-agent"],
    fs_setup: [{ device, filesystem: "xfs" }],
    mounts: [[device, "/home/perf-test/data", "xfs", "defaults"]],
    write_files: [
      { path: "/home/perf-test/job.fio", content: JOB, owner, defer: true },
      {
        path: "/home/perf-test/run-benchmark.sh",
        content:
          "#!/bin/bash\nset -e\ncd /home/perf-test\nmkdir -p results\nfio --output-format=json --output=results/fio.json job.fio\n",
        permissions: "0755",
        owner,
        defer: true,
      },
      {
        path: "/etc/systemd/system/perf-test.service",
        content:
          "[Service]\nType=oneshot\nRemainAfterExit=yes\nUser=perf-test\nWorkingDirectory=/home/perf-test\nExecStart=/bin/bash /home/perf-test/run-benchmark.sh\n",
      },
    ],
    runcmd: [
      ["chown", "perf-test:perf-test", "/home/perf-test", "/home/perf-test/data"],
      ["systemctl", "daemon-reload"],
      ["systemctl", "enable", "--now", "--no-block", "qemu-guest-agent"],
      ["systemctl", "start", "--no-block", "perf-test.service"],
    ],
  };
}

const JOB = `[global]
directory=data
size=4m
runtime=2
time_based=1
ioengine=psync
[random-write]
rw=randwrite
bs=4k
`;
