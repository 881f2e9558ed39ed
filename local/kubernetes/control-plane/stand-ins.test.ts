import { describe, expect, test } from "vitest";
import { ingressOf, targetsCondition } from "./load-balancers";
import { isToBeDeleted, volumeFor, wantsVolume } from "./volumes";

const balancer = (spec: object, annotations: Record<string, string> = {}) =>
  ingressOf({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "p2p", namespace: "n", annotations },
    spec: { type: "LoadBalancer", ...spec },
  });

test("a load balancer gets the address that its Service requests", () => {
  expect(balancer({ loadBalancerIP: "20.1.2.3" })).toEqual([{ ip: "20.1.2.3", ipMode: "VIP" }]);
  expect(balancer({}, { "service.beta.kubernetes.io/azure-load-balancer-ipv4": "20.4.5.6" })).toEqual([
    { ip: "20.4.5.6", ipMode: "VIP" },
  ]);
});

test("without a request a load balancer gets a documentation address that depends on the public address's name", () => {
  const named = () => balancer({}, { "service.beta.kubernetes.io/azure-pip-name": "pip" });
  expect(named()).toEqual([
    { ip: expect.stringMatching(/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/), ipMode: "VIP" },
  ]);
  expect(named()).toEqual(named());
});

test("on AWS a load balancer gets a host name, or nothing if its Service requests an address", () => {
  const nlb = { "service.beta.kubernetes.io/aws-load-balancer-type": "nlb" };
  expect(balancer({}, nlb)).toEqual([
    { hostname: expect.stringMatching(/^[0-9a-f]{32}\.elb\.amazonaws\.com$/) },
  ]);
  expect(balancer({ loadBalancerIP: "20.1.2.3" }, nlb)).toEqual([]);
});

test("a Service of another type gets no load balancer address", () => {
  expect(balancer({ type: "ClusterIP" })).toEqual([]);
});

describe("a load balancer on AWS", () => {
  const labels = { app: "validator" };
  const service = {
    metadata: {
      namespace: "n",
      annotations: { "service.beta.kubernetes.io/aws-load-balancer-subnets": "subnet-1" },
    },
    spec: { selector: labels },
  };
  const nodes = ["a", "b"].map((zone) => ({
    metadata: { name: `node-${zone}`, labels: { "topology.kubernetes.io/zone": `eu-west-1${zone}` } },
  }));
  const podOn = (nodeName: string, namespace = "n") => ({
    metadata: { namespace, labels },
    spec: { nodeName, containers: [] },
  });
  const condition = (...pods: ReturnType<typeof podOn>[]) =>
    targetsCondition(service, { pods, nodes, zones: { "subnet-1": "eu-west-1b" } });

  test("serves a pod in the zone of its subnet", () => {
    expect(condition(podOn("node-b"))).toMatchObject({ status: "True", reason: "InUse" });
  });

  test("sends nothing to a pod in another zone, and says so", () => {
    expect(condition(podOn("node-a"))).toMatchObject({
      status: "False",
      reason: "TargetNotInUse",
      message: "The targets are in eu-west-1a, and the load balancer is in eu-west-1b only.",
    });
  });

  test("has no target in another namespace, or before the pod is on a node", () => {
    expect(condition(podOn("node-b", "other"))).toMatchObject({ status: "False", reason: "NoTarget" });
    expect(condition()).toMatchObject({ status: "False", reason: "NoTarget" });
  });

  test("without subnets of its own serves the pods of every zone", () => {
    const everywhere = { metadata: { namespace: "n" }, spec: { selector: labels } };
    const targets = { pods: [podOn("node-a")], nodes, zones: {} };
    expect(targetsCondition(everywhere, targets)).toMatchObject({ status: "True" });
  });
});

const storageClass = (volumeBindingMode: string, provisioner = "disk.csi.azure.com") => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "premium" },
  provisioner,
  reclaimPolicy: "Retain",
  volumeBindingMode,
});

const claim = (annotations: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "data", namespace: "n", uid: "7", annotations },
  spec: { resources: { requests: { storage: "10Gi" } }, accessModes: ["ReadWriteOnce"] },
  status: { phase: "Pending" },
});

const asked = { "volume.kubernetes.io/storage-provisioner": "disk.csi.azure.com" };
const placed = { ...asked, "volume.kubernetes.io/selected-node": "node-1" };

test("a claim gets its volume at once or when its first pod is scheduled, as its class says", () => {
  expect(wantsVolume(claim(asked), storageClass("Immediate"))).toBe(true);
  expect(wantsVolume(claim(asked), storageClass("WaitForFirstConsumer"))).toBe(false);
  expect(wantsVolume(claim(placed), storageClass("WaitForFirstConsumer"))).toBe(true);
  expect(wantsVolume(claim(placed), storageClass("Immediate", "someone.else"))).toBe(false);
});

test("a volume is bound to its claim, is in its pod's zone, and has its class's reclaim policy", () => {
  expect(
    volumeFor(claim(placed), storageClass("WaitForFirstConsumer"), { handle: "disk", zone: "zone-2" }),
  ).toMatchObject({
    metadata: { name: "pvc-7" },
    spec: {
      capacity: { storage: "10Gi" },
      persistentVolumeReclaimPolicy: "Retain",
      claimRef: { namespace: "n", name: "data", uid: "7" },
      csi: { driver: "disk.csi.azure.com" },
      nodeAffinity: {
        required: { nodeSelectorTerms: [{ matchExpressions: [{ values: ["zone-2"] }] }] },
      },
    },
  });
});

test("only a released volume of our drivers with reclaim policy Delete is deleted", () => {
  const volume = (phase: string, persistentVolumeReclaimPolicy: string) => ({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "pvc-7", annotations: { "pv.kubernetes.io/provisioned-by": "ebs.csi.aws.com" } },
    spec: { persistentVolumeReclaimPolicy },
    status: { phase },
  });
  expect(isToBeDeleted(volume("Released", "Delete"))).toBe(true);
  expect(isToBeDeleted(volume("Bound", "Delete"))).toBe(false);
  expect(isToBeDeleted(volume("Released", "Retain"))).toBe(false);
});
