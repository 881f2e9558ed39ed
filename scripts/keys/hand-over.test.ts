import type { V1ObjectMeta } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { withoutManagers } from "./hand-over";

const entry = (manager: string) => ({ manager, operation: "Apply", fieldsV1: { "f:data": {} } });
const object = (...managers: readonly string[]): Parameters<typeof withoutManagers>[0] => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "genesis", resourceVersion: "7", managedFields: managers.map(entry) } as V1ObjectMeta,
});

describe("an object of a lost state", () => {
  it("loses the manager whose name the plugin has drawn, and keeps all others and one of the recovery", () => {
    const patch = withoutManagers(
      object("pulumi-kubernetes-0a1b2c3d", "chainfleet-services", "kube-controller-manager"),
      new Set(),
    );
    expect(patch?.metadata.managedFields?.map(({ manager }) => manager)).toEqual([
      "chainfleet-services",
      "kube-controller-manager",
      "chainfleet-recover",
    ]);
    expect(patch?.metadata).toMatchObject({
      name: "genesis",
      resourceVersion: "7",
      annotations: { "chainfleet.dev/handed-over": "true" },
    });
  });

  it("is left alone if the state has the manager, and once it was handed over", () => {
    const living = new Set(["pulumi-kubernetes-0a1b2c3d"]);
    expect(withoutManagers(object("pulumi-kubernetes-0a1b2c3d", "kubectl"), living)).toBeUndefined();
    expect(withoutManagers(object("chainfleet-recover", "kubectl"), new Set())).toBeUndefined();
    expect(
      withoutManagers(object("pulumi-kubernetes-0a1b2c3d", "pulumi-kubernetes-ffffffff"), living)?.metadata
        .managedFields?.[0],
    ).toEqual(entry("pulumi-kubernetes-0a1b2c3d"));
  });
});
