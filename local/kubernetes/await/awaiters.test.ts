import { expect, test } from "vitest";
import type { KubernetesObject } from "../api/object";
import { awaiterOf, timeoutSecondsOf } from "./awaiters";

function judge(object: KubernetesObject, related: readonly KubernetesObject[] = []) {
  return awaiterOf(object)?.verdict(object, (kind) => related.filter((each) => each.kind === kind));
}

const statefulSet = (status: object, strategy = "RollingUpdate", generation = 1) => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "web", uid: "1", generation },
  spec: { replicas: 2, updateStrategy: { type: strategy } },
  status,
});

const done = {
  observedGeneration: 1,
  replicas: 2,
  readyReplicas: 2,
  currentReplicas: 2,
  currentRevision: "a",
  updateRevision: "a",
};

test("a StatefulSet is ready when all its replicas are, at the newest revision", () => {
  expect(judge(statefulSet(done))).toBe("ready");
  expect(judge(statefulSet({ ...done, readyReplicas: 1 }))).toEqual({
    reasons: ["1 out of 2 replicas succeeded readiness checks"],
  });
  expect(judge(statefulSet({ ...done, updateRevision: "b", currentReplicas: 0 }))).not.toBe("ready");
});

test("a status from before the change says nothing", () => {
  expect(judge(statefulSet(done, "RollingUpdate", 2))).not.toBe("ready");
});

test("with OnDelete, the revision does not matter after the first", () => {
  const status = { ...done, observedGeneration: 2, updateRevision: "b", currentReplicas: 0 };
  expect(judge(statefulSet(status, "OnDelete", 2))).toBe("ready");
});

test("an unschedulable pod is the reason given", () => {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "web-0",
      namespace: "n",
      ownerReferences: [{ kind: "StatefulSet", name: "web", uid: "1" }],
    },
    status: {
      phase: "Pending",
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: "0/9 nodes are available",
        },
      ],
    },
  };
  const stranger = { ...pod, metadata: { ...pod.metadata, ownerReferences: [] } };
  expect(judge(statefulSet({ ...done, readyReplicas: 0 }), [pod, stranger])).toEqual({
    reasons: [
      "0 out of 2 replicas succeeded readiness checks",
      "[Pod n/web-0]: Unschedulable: 0/9 nodes are available",
    ],
  });
});

const service = (spec: object, status = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web" },
  spec,
  status,
});

const slice = (ready: boolean) => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
  endpoints: [{ conditions: { ready } }],
});

test("a Service needs an endpoint that is ready, unless it is headless, external or selects nothing", () => {
  const selector = { app: "web" };
  expect(judge(service({ selector, clusterIP: "10.0.0.1" }), [slice(false)])).not.toBe("ready");
  expect(judge(service({ selector, clusterIP: "10.0.0.1" }), [slice(true)])).toBe("ready");
  expect(judge(service({ selector, clusterIP: "None" }))).toBe("ready");
  expect(judge(service({ selector, type: "ExternalName" }))).toBe("ready");
  expect(judge(service({ clusterIP: "10.0.0.1" }))).toBe("ready");
});

test("a load balancer needs an address too", () => {
  const spec = { selector: { app: "web" }, type: "LoadBalancer" };
  expect(judge(service(spec), [slice(true)])).not.toBe("ready");
  expect(judge(service(spec, { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } }), [slice(true)])).toBe(
    "ready",
  );
});

test("a claim is ready when bound, or pending where its class waits for a pod", () => {
  const claim = (phase: string) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data" },
    spec: { storageClassName: "premium" },
    status: { phase },
  });
  const storageClass = (volumeBindingMode: string) => ({
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "premium" },
    volumeBindingMode,
  });
  expect(judge(claim("Bound"))).toBe("ready");
  expect(judge(claim("Pending"), [storageClass("WaitForFirstConsumer")])).toBe("ready");
  expect(judge(claim("Pending"), [storageClass("Immediate")])).not.toBe("ready");
  expect(judge(claim("Pending"))).toEqual({
    reasons: expect.arrayContaining(['StorageClass "premium" does not exist']),
  });
});

test("a failed Job is not waited for any longer", () => {
  const job = (type: string) => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "once" },
    spec: {},
    status: { conditions: [{ type, status: "True", reason: "BackoffLimitExceeded", message: "no" }] },
  });
  expect(judge(job("Complete"))).toBe("ready");
  expect(judge(job("Failed"))).toMatchObject({ final: true });
});

test("annotations: no wait, another wait, and how long", () => {
  const annotated = (annotations: Record<string, string>) => ({
    ...statefulSet({}),
    metadata: { name: "web", annotations },
  });
  expect(awaiterOf(annotated({ "pulumi.com/skipAwait": "true" }))).toBeUndefined();
  const waiting = annotated({
    "pulumi.com/waitFor": '["jsonpath={.status.phase}=Running", "condition=Synced"]',
  });
  expect(judge({ ...waiting, status: { phase: "Running" } })).toEqual({
    reasons: ["Waiting for condition=Synced"],
  });
  expect(
    judge({ ...waiting, status: { phase: "Running", conditions: [{ type: "Synced", status: "True" }] } }),
  ).toBe("ready");
  expect(() => awaiterOf(annotated({ "pulumi.com/waitFor": "whenever" }))).toThrow(/whenever/);
  expect(timeoutSecondsOf(annotated({ "pulumi.com/timeoutSeconds": "7" }), 0, 600)).toBe(7);
  expect(timeoutSecondsOf(annotated({ "pulumi.com/timeoutSeconds": "7" }), 9, 600)).toBe(9);
  expect(timeoutSecondsOf(annotated({}), 0, 600)).toBe(600);
});
