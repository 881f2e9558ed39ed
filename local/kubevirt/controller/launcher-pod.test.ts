import { expect, test } from "vitest";
import type { InstanceSpec } from "../api/types";
import { bytesOf, launcherPod } from "./launcher-pod";

const MEBIBYTE = 1024 ** 2;

function pod(domain: Partial<InstanceSpec["domain"]>, volumeMode = "Filesystem") {
  const claim = { metadata: { name: "data" }, spec: { volumeMode } };
  return launcherPod(
    {
      metadata: { name: "vm-0", namespace: "n", uid: "u" },
      spec: {
        domain: { memory: { guest: "2Gi" }, devices: { autoattachGraphicsDevice: false }, ...domain },
        volumes: [
          { name: "root", containerDisk: { image: "x" } },
          { name: "data", persistentVolumeClaim: { claimName: "data" } },
          { name: "init", cloudInitNoCloud: { secretRef: { name: "s" } } },
        ],
      },
    },
    new Map([["data", claim]]),
    {},
  );
}

const requests = (domain: Partial<InstanceSpec["domain"]>) =>
  pod(domain).spec?.containers[0]?.resources?.requests;

test("a tenth of a VM's CPUs is requested, and its memory with the hypervisor's", () => {
  expect(requests({ cpu: { cores: 2, sockets: 2, threads: 1 } })).toEqual({
    cpu: "400m",
    memory: String((2048 + 4 + 240 + 4 * 8 + 8) * MEBIBYTE),
  });
});

test("a request of the VM comes before what follows from its CPUs", () => {
  expect(requests({ cpu: { cores: 4 }, resources: { requests: { cpu: 3 } } })?.["cpu"]).toBe("3");
});

test("claims and Secrets are the pod's volumes, and a claim of a block device is a device", () => {
  const { spec } = pod({});
  expect(spec?.volumes).toEqual([
    { name: "data", persistentVolumeClaim: { claimName: "data" } },
    { name: "init", secret: { secretName: "s" } },
  ]);
  expect(spec?.containers[0]?.volumeMounts?.map(({ name }) => name)).toEqual(["data", "init"]);
  expect(pod({}, "Block").spec?.containers[0]?.volumeDevices?.map(({ name }) => name)).toEqual(["data"]);
});

test("only nodes that KubeVirt manages are selected", () => {
  expect(pod({}).spec?.nodeSelector).toEqual({ "kubevirt.io/schedulable": "true" });
});

test.each([
  ["1Gi", 1024 ** 3],
  ["1500m", 2],
  ["1.5k", 1500],
  ["2e3", 2000],
  [7, 7],
])("%s are %s bytes", (quantity, bytes) => {
  expect(bytesOf(quantity)).toBe(bytes);
});
