import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isNotFound } from "./api/errors";
import { field, type KubernetesObject } from "./api/object";
import { LocalKubernetes } from "./harness";

const local = new LocalKubernetes();

beforeAll(() => local.start());
afterAll(() => local.stop());

const labels = { app: "web" };

function statefulSet(
  name: string,
  namespace: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
  changes: {
    readonly serviceName?: string;
    readonly image?: string;
    readonly annotations?: Record<string, string>;
    readonly storageClassName?: pulumi.Input<string>;
  } = {},
): k8s.apps.v1.StatefulSet {
  const { storageClassName, annotations = {} } = changes;
  return new k8s.apps.v1.StatefulSet(
    name,
    {
      metadata: { name, namespace, annotations },
      spec: {
        serviceName: changes.serviceName ?? "web",
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              {
                name: "web",
                image: changes.image ?? "web:1",
                resources: { requests: { cpu: "1000m", memory: "1024Mi" } },
              },
            ],
          },
        },
        volumeClaimTemplates:
          storageClassName === undefined
            ? []
            : [
                {
                  metadata: { name: "data" },
                  spec: {
                    storageClassName,
                    accessModes: ["ReadWriteOnce"],
                    resources: { requests: { storage: "10Gi" } },
                  },
                },
              ],
      },
    },
    options,
  );
}

/** Its pods never get ready as long as the annotation says so. */
function deployment(
  name: string,
  namespace: pulumi.Input<string>,
  options: pulumi.CustomResourceOptions,
  neverReady: boolean,
  annotations: Record<string, string> = {},
): k8s.apps.v1.Deployment {
  return new k8s.apps.v1.Deployment(
    name,
    {
      metadata: { name, namespace, annotations },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels, annotations: { "chainfleet.local/never-ready": String(neverReady) } },
          spec: { containers: [{ name: "web", image: "web:1" }] },
        },
      },
    },
    options,
  );
}

test("from preview to destroy: ready when up is done, unchanged when run again, nothing left", async () => {
  const stack = await local.stack("life", (options) => {
    const namespace = new k8s.core.v1.Namespace("life", { metadata: { name: "life" } }, options).metadata
      .name;
    const disk = new k8s.storage.v1.StorageClass(
      "disk",
      {
        provisioner: "disk.csi.azure.com",
        volumeBindingMode: "WaitForFirstConsumer",
        reclaimPolicy: "Delete",
      },
      options,
    );
    statefulSet("web", namespace, options, { storageClassName: disk.metadata.name });
    new k8s.core.v1.Service(
      "web",
      { metadata: { namespace }, spec: { type: "LoadBalancer", selector: labels, ports: [{ port: 80 }] } },
      options,
    );
    new k8s.core.v1.ConfigMap("settings", { metadata: { namespace }, data: { colour: "blue" } }, options);
    new k8s.batch.v1.Job(
      "once",
      {
        metadata: { namespace },
        spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "b" }] } } },
      },
      options,
    );
  });
  expect((await stack.preview()).changeSummary).toEqual({ create: 8 });
  expect((await stack.up()).summary.resourceChanges).toEqual({ create: 8 });
  const web = await local.api.request({ path: "/apis/apps/v1/namespaces/life/statefulsets/web" });
  expect(field(web, "status", "readyReplicas")).toBe(1);
  const claim = await local.api.request({
    path: "/api/v1/namespaces/life/persistentvolumeclaims/data-web-0",
  });
  expect(field(claim, "status", "phase")).toBe("Bound");
  expect((await stack.up()).summary.resourceChanges).toEqual({ same: 8 });
  expect((await stack.refresh()).summary.resourceChanges).toEqual({ same: 8 });
  expect((await stack.up()).summary.resourceChanges).toEqual({ same: 8 });
  await stack.destroy();
  await expect(local.api.request({ path: "/api/v1/namespaces/life" })).rejects.toSatisfy(isNotFound);
  const volumes = await local.api.request<{ items: KubernetesObject[] }>({
    path: "/api/v1/persistentvolumes",
  });
  expect(volumes.items.map(({ metadata }) => metadata.name)).toEqual([]);
});

test("a field that does not exist fails the preview, by its name", async () => {
  const stack = await local.stack("typo", (options) => {
    new k8s.core.v1.Service(
      "web",
      { spec: { ports: [{ port: 80 }], sessionAfinity: "None" } as k8s.types.input.core.v1.ServiceSpec },
      options,
    );
  });
  await expect(stack.preview()).rejects.toThrow(/sessionAfinity/);
});

test("a value that the API refuses fails the preview", async () => {
  const stack = await local.stack("refused", (options) => {
    new k8s.core.v1.Service("web", { spec: { ports: [{ port: 70000 }] } }, options);
  });
  await expect(stack.preview()).rejects.toThrow(/must be between 1 and 65535/);
});

test("a change of what cannot change replaces, in preview and up; another updates", async () => {
  let changes: { serviceName?: string; image?: string } = {};
  const stack = await local.stack("replace", (options) => {
    statefulSet("replaced", "default", options, changes);
  });
  await stack.up();
  const before = await local.api.request({ path: "/apis/apps/v1/namespaces/default/statefulsets/replaced" });
  changes = { image: "web:2" };
  expect((await stack.preview()).changeSummary).toEqual({ same: 2, update: 1 });
  expect((await stack.up()).summary.resourceChanges).toEqual({ same: 2, update: 1 });
  changes = { image: "web:2", serviceName: "other" };
  expect((await stack.preview()).changeSummary).toEqual({ same: 2, replace: 1 });
  expect((await stack.up()).summary.resourceChanges).toEqual({ same: 2, replace: 1 });
  const after = await local.api.request({ path: "/apis/apps/v1/namespaces/default/statefulsets/replaced" });
  expect(field(after, "spec", "serviceName")).toBe("other");
  expect(after.metadata.uid).not.toBe(before.metadata.uid);
  await stack.destroy();
});

test("restricted Pod Security refuses a pod that may be root, and the StatefulSet's failure says so", async () => {
  const stack = await local.stack("restricted", (options) => {
    const namespace = new k8s.core.v1.Namespace(
      "restricted",
      { metadata: { name: "restricted", labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
      options,
    );
    statefulSet("root", namespace.metadata.name, options, {
      annotations: { "pulumi.com/timeoutSeconds": "5" },
    });
  });
  await expect(stack.up()).rejects.toThrow(
    /timed out waiting to be Ready[\s\S]*violates PodSecurity "restricted:latest"[\s\S]*runAsNonRoot/,
  );
  await stack.destroy();
});

test("a pod that never gets ready: its containers are named, and the next up mends it", async () => {
  let neverReady = true;
  const stack = await local.stack("unready", (options) => {
    deployment("slow", "default", options, neverReady, { "pulumi.com/timeoutSeconds": "5" });
  });
  await expect(stack.up()).rejects.toThrow(
    /'slow' timed out waiting to be Ready[\s\S]*containers with unready status: \[web\] -- \[ImagePullBackOff\]/,
  );
  neverReady = false;
  expect((await stack.up()).summary.resourceChanges).toEqual({ same: 2, update: 1 });
  expect((await stack.up()).summary.resourceChanges).toEqual({ same: 3 });
  await stack.destroy();
});

test("drift is found by refresh and put right by up", async () => {
  const stack = await local.stack("drift", (options) => {
    new k8s.core.v1.ConfigMap(
      "drifting",
      { metadata: { name: "drifting", labels: { tier: "gold" } }, data: { a: "1" } },
      options,
    );
  });
  await stack.up();
  const path = "/api/v1/namespaces/default/configmaps/drifting";
  await local.api.request({
    method: "PATCH",
    path,
    query: { fieldManager: "pulumi-kubernetes-intruder" },
    contentType: "application/merge-patch+json",
    body: { metadata: { labels: { tier: "lead" } } },
  });
  expect((await stack.refresh()).summary.resourceChanges).toEqual({ same: 2, update: 1 });
  await expect(stack.up()).rejects.toThrow(/field conflict.*pulumi-kubernetes-intruder/s);
  await local.api.request({ method: "DELETE", path });
  expect((await stack.refresh()).summary.resourceChanges).toEqual({ same: 2, delete: 1 });
  await stack.up();
  await stack.destroy();
});

test("a namespaced object of a definition made in the same up", async () => {
  const stack = await local.stack("custom", (options) => {
    const definition = new k8s.apiextensions.v1.CustomResourceDefinition(
      "gadgets",
      {
        metadata: { name: "gadgets.example.com" },
        spec: {
          group: "example.com",
          scope: "Namespaced",
          names: { kind: "Gadget", plural: "gadgets", singular: "gadget" },
          versions: [
            {
              name: "v1",
              served: true,
              storage: true,
              schema: {
                openAPIV3Schema: {
                  type: "object",
                  properties: { spec: { type: "object", x_kubernetes_preserve_unknown_fields: true } },
                },
              },
            },
          ],
        },
      },
      options,
    );
    new k8s.apiextensions.CustomResource(
      "gadget",
      { apiVersion: "example.com/v1", kind: "Gadget", spec: { size: 3 } },
      { ...options, dependsOn: definition },
    );
  });
  expect((await stack.preview()).changeSummary).toEqual({ create: 4 });
  await stack.up();
  expect((await stack.up()).summary.resourceChanges).toEqual({ same: 4 });
  await stack.destroy();
});

test("no secret is in the state on disk, nor the kubeconfig's token", async () => {
  const words = ["correct-horse", "battery-staple"] as const;
  const stack = await local.stack("secrets", (options) => {
    new k8s.core.v1.Secret(
      "keys",
      {
        stringData: { one: pulumi.secret(words[0]) },
        data: { two: pulumi.secret(Buffer.from(words[1]).toString("base64")) },
      },
      options,
    );
    new k8s.core.v1.Pod(
      "pod",
      {
        spec: {
          containers: [{ name: "a", image: "b", env: [{ name: "KEY", value: pulumi.secret(words[0]) }] }],
        },
      },
      options,
    );
  });
  const token = JSON.parse(local.kubeconfig).users[0].user.token as string;
  const hidden = [...words, ...words.map((word) => Buffer.from(word).toString("base64")), token];
  await stack.up();
  expect(hidden.filter((word) => local.stateOf("secrets").includes(word))).toEqual([]);
  await stack.refresh();
  expect(hidden.filter((word) => local.stateOf("secrets").includes(word))).toEqual([]);
  await stack.destroy();
});

test("a killed control plane comes up again with what it had", async () => {
  const stack = await local.stack("survivor", (options) => {
    statefulSet("survivor", "default", options);
  });
  await stack.up();
  const path = "/apis/apps/v1/namespaces/default/statefulsets/survivor";
  const { uid } = (await local.api.request({ path })).metadata;
  await local.killAndRestartControlPlane();
  expect((await local.api.request({ path })).metadata.uid).toBe(uid);
  await stack.refresh();
  expect((await stack.up()).summary.resourceChanges).toEqual({ same: 3 });
  await stack.destroy();
});

test("an up whose plugin was killed in the middle is finished by the next", async () => {
  let neverReady = true;
  const stack = await local.stack("killed", (options) => {
    const namespace = new k8s.core.v1.Namespace("killed", { metadata: { name: "killed" } }, options);
    deployment("killed", namespace.metadata.name, options, neverReady);
  });
  const running = stack.up().catch((error: Error) => error);
  const path = "/apis/apps/v1/namespaces/killed/deployments/killed";
  while ((await local.api.request({ path }).catch(isNotFound)) === true) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await local.killAndRestartPlugin();
  expect(await running).toBeInstanceOf(Error);
  neverReady = false;
  await stack.up();
  expect((await stack.up()).summary.resourceChanges).toEqual({ same: 4 });
  await stack.destroy();
  await expect(local.api.request({ path: "/api/v1/namespaces/killed" })).rejects.toSatisfy(isNotFound);
});
