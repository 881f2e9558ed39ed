import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { V1Pod, V1PodSpec } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { besuPod } from "../../../components/besu/pod";
import { roleLabels } from "../../../components/besu/role";
import { ServiceProcess } from "../../testing/service-process";
import { Cluster } from "./cluster";
import { POOLS } from "./nodes";

const NAMESPACE = "scheduling";

/** The real scheduler decides on the pods of Besu nodes, on the node pools that the program gives to a managed cluster. */
describe("the scheduler of a managed cluster", () => {
  const state = mkdtempSync(join(tmpdir(), "chainfleet-scheduling-"));
  let controlPlane: ServiceProcess;
  let cluster: Cluster;

  beforeAll(async () => {
    controlPlane = await ServiceProcess.start("local/kubernetes/control-plane.ts", ["--state", state]);
    cluster = new Cluster(
      `https://127.0.0.1:${controlPlane.ports.apiserver}`,
      readFileSync(join(state, "ca.crt"), "utf8"),
      readFileSync(join(state, "token"), "utf8").trim(),
    );
    await cluster.core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
    await cluster.core.createNamespacedServiceAccount({
      namespace: NAMESPACE,
      body: { metadata: { name: "besu" } },
    });
  });

  afterAll(async () => {
    await controlPlane?.stop("SIGTERM");
    rmSync(state, { recursive: true, force: true });
  });

  it("has as many nodes in each pool as the pool was given", async () => {
    const { items } = await cluster.core.listNode();
    expect(items.map(({ metadata }) => metadata?.name).sort()).toEqual(
      POOLS.flatMap(({ name, count }) =>
        Array.from({ length: count }, (_, index) => `${name}-${index}`),
      ).sort(),
    );
  });

  it("places more RPC nodes than the system pool has zones, and none of them on a validator's node", async () => {
    const names = ["rpc-0", "rpc-1", "rpc-2", "rpc-3", "rpc-4"];
    for (const name of names) {
      await createPod(name, rpcPod());
    }
    const pods = await Promise.all(names.map(decidedPod));
    expect(pods.map(({ status }) => unschedulable(status))).toEqual(names.map(() => undefined));
    expect(pods.map(({ spec }) => spec?.nodeName)).toEqual(
      names.map(() => expect.stringMatching(/^system-/)),
    );
    // The spread is still kept over the zones that RPC nodes can be in.
    const first = pods.filter(({ spec }) => spec?.nodeName === "system-0").length;
    expect([2, 3]).toContain(first);
  });

  async function createPod(name: string, spec: V1PodSpec): Promise<void> {
    await cluster.core.createNamespacedPod({
      namespace: NAMESPACE,
      body: { metadata: { name, labels: roleLabels("rpc") }, spec },
    });
  }

  /** The pod once the scheduler has placed it or has said that it cannot. */
  async function decidedPod(name: string): Promise<V1Pod> {
    for (;;) {
      const pod = await cluster.core.readNamespacedPod({ namespace: NAMESPACE, name });
      if (pod.status?.conditions?.some(({ type }) => type === "PodScheduled")) {
        return pod;
      }
      await delay(50);
    }
  }
});

/** Why the scheduler does not place a pod; undefined if the pod is placed. */
function unschedulable(status: V1Pod["status"]): string | undefined {
  return status?.conditions?.find(({ type, status: value }) => type === "PodScheduled" && value === "False")
    ?.message;
}

/** The pod of an RPC node as the program renders it, without its volumes and its image. */
function rpcPod(): V1PodSpec {
  const rendered = besuPod({
    role: "rpc",
    image: "hyperledger/besu:26.9.0",
    cpu: "1",
    memory: "1Gi",
    zoneSpread: "DoNotSchedule",
    maxPeers: 100,
    genesisConfigMap: "genesis",
    staticNodesConfigMap: "static-nodes",
    hosts: [],
    options: {},
    nodeSelector: {},
    tolerations: [],
  }) as V1PodSpec;
  return {
    serviceAccountName: rendered.serviceAccountName ?? "",
    topologySpreadConstraints: rendered.topologySpreadConstraints ?? [],
    containers: [{ name: "besu", image: "besu" }],
  };
}
