import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { AppsV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NodeClient } from "../../components/besu/node-access/node-client";
import { observeNode } from "../../components/besu/node-access/observe-node";
import { Cluster } from "../kubernetes/control-plane/cluster";
import { ServiceProcess } from "../testing/service-process";
import { createNetwork, createVolumeClaim, type ValidatorNamespace } from "../testing/validator-pods";

/** A network of two namespaces with two validators each, behind pods of a real control plane. */
describe("the Besu nodes of local pods", () => {
  const folder = mkdtempSync(join(tmpdir(), "chainfleet-nodes-"));
  const [state, nodesState] = [join(folder, "control-plane"), join(folder, "nodes")];
  const config = new KubeConfig();
  let controlPlane: ServiceProcess;
  let nodes: ServiceProcess;
  let cluster: Cluster;
  let namespaces: ValidatorNamespace[];
  const clients = new Map<string, NodeClient>();

  beforeAll(async () => {
    controlPlane = await ServiceProcess.start("local/kubernetes/control-plane.ts", [
      ...["--state", state, "--nodes-state", nodesState, "--time-scale", "0.05"],
    ]);
    config.loadFromFile(join(state, "kubeconfig"));
    cluster = new Cluster(
      `https://127.0.0.1:${controlPlane.ports.apiserver}`,
      readFileSync(join(state, "ca.crt"), "utf8"),
      readFileSync(join(state, "token"), "utf8").trim(),
    );
    nodes = await startNodes();
    namespaces = await createNetwork(cluster, 2);
    await until(async () => (await observed(0, 0)).head.number > 10);
  });

  afterAll(async () => {
    for (const client of clients.values()) {
      client.close();
    }
    await nodes?.stop("SIGTERM");
    await controlPlane?.stop("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });

  it("make one chain, and are reached by port forwarding", async () => {
    const all = await Promise.all([observed(0, 0), observed(0, 1), observed(1, 0), observed(1, 1)]);
    expect(new Set(all.map(({ genesisHash }) => genesisHash)).size).toBe(1);
    expect(all.map(({ peers }) => peers)).toEqual([3, 3, 3, 3]);
    const validators = namespaces.flatMap((namespace) => namespace.validators);
    expect([...(all[0]?.validators ?? [])].toSorted()).toEqual(
      validators.map((validator) => validator.toLowerCase()).toSorted(),
    );
  });

  it("answer the API server's pod proxy, too, by the pod's address", async () => {
    const path = `/api/v1/namespaces/${namespaces[0]?.namespace}/pods/validator-0-0:9545/proxy/metrics`;
    const { status, body } = await get(path);
    expect(status).toBe(200);
    expect(body).toMatch(/^ethereum_blockchain_height \d+\.0$/m);
  });

  it("end with their pods: with two of four the chain halts, and one more lets it go on with the same data", async () => {
    await scale(1, 0, 0);
    await scale(1, 1, 0);
    await until(
      async () => (await get(podPath(1, 0))).status === 404 && (await get(podPath(1, 1))).status === 404,
    );
    await expect(client(1, 0).call("eth_blockNumber")).rejects.toThrow('pods "validator-0-0" not found');
    const halted = (await observed(0, 0)).head.number;
    await delay(500);
    expect((await observed(0, 0)).head.number).toBeLessThanOrEqual(halted + 1);
    await scale(1, 0, 1);
    await until(async () => (await observed(1, 0)).head.number > halted + 3);
  });

  it("begin with empty data on a new volume, and import the chain", async () => {
    const { namespace } = namespaces[1] as ValidatorNamespace;
    await cluster.core.deleteNamespacedPersistentVolumeClaim({ namespace, name: "validator-1-data" });
    await until(async () => {
      const { items } = await cluster.core.listNamespacedPersistentVolumeClaim({ namespace });
      return items.every(({ metadata }) => metadata?.name !== "validator-1-data");
    });
    await createVolumeClaim(cluster, namespace, "validator-1");
    await scale(1, 1, 1);
    let first: number | undefined;
    await until(async () => {
      first ??= (await observed(1, 1).catch(() => undefined))?.head.number;
      return first !== undefined;
    });
    const head = (await observed(0, 0)).head.number;
    expect(first).toBeLessThan(head - 5);
    await until(async () => (await observed(1, 1)).head.number > head);
  });

  it("keep the chain when their service is killed and starts again", async () => {
    const before = (await observed(0, 0)).head;
    // The service saves its state every five seconds.
    await delay(5_500);
    await nodes.stop("SIGKILL");
    await expect(client(0, 0).call("eth_blockNumber")).rejects.toThrow();
    nodes = await startNodes();
    await until(async () => (await observed(0, 0)).head.number > before.number + 20);
    const block = await client(0, 0).call<{ readonly hash: string }>(
      "eth_getBlockByNumber",
      `0x${before.number.toString(16)}`,
      false,
    );
    expect(block.hash).toBe(before.hash);
  });

  it("lose their peers and fall behind while they are isolated", async () => {
    const fault = { namespace: namespaces[1]?.namespace, pod: "validator-1-0" };
    const inject = (isolated: boolean) =>
      fetch(`${nodes.url("control")}/faults`, {
        method: "POST",
        body: JSON.stringify({ ...fault, isolated }),
      });
    expect((await inject(true)).status).toBe(200);
    const { head } = await observed(1, 1);
    await until(async () => (await observed(0, 0)).head.number > head.number + 10);
    expect(await observed(1, 1)).toMatchObject({ peers: 0 });
    expect((await observed(1, 1)).head.number).toBeLessThanOrEqual(head.number + 1);
    expect((await client(1, 1).get("/readiness?minPeers=1")).status).toBe(503);
    await inject(false);
    await until(async () => (await observed(1, 1)).head.number > head.number + 12);
  });

  function startNodes(): Promise<ServiceProcess> {
    return ServiceProcess.start("local/nodes/main.ts", [
      ...["--state", nodesState, "--time-scale", "0.05"],
      ...["--kubernetes-server", `https://127.0.0.1:${controlPlane.ports.apiserver}`],
      ...["--kubernetes-ca", join(state, "ca.crt"), "--kubernetes-token", join(state, "token")],
    ]);
  }

  function client(region: number, validator: number): NodeClient {
    const { namespace = "" } = namespaces[region] ?? {};
    const key = `${namespace}/${validator}`;
    const known = clients.get(key) ?? new NodeClient({ config, namespace, pod: `validator-${validator}-0` });
    clients.set(key, known);
    return known;
  }

  function observed(region: number, validator: number) {
    return observeNode(client(region, validator), 8);
  }

  async function scale(region: number, validator: number, replicas: number): Promise<void> {
    await config.makeApiClient(AppsV1Api).patchNamespacedStatefulSetScale(
      {
        namespace: namespaces[region]?.namespace ?? "",
        name: `validator-${validator}`,
        body: { spec: { replicas } },
      },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
  }

  function podPath(region: number, validator: number): string {
    return `/api/v1/namespaces/${namespaces[region]?.namespace}/pods/validator-${validator}-0`;
  }

  async function get(path: string): Promise<{ readonly status: number; readonly body: string }> {
    const options = {};
    await config.applyToHTTPSOptions(options);
    return new Promise((resolve, reject) => {
      request(`${config.getCurrentCluster()?.server}${path}`, options, async (response) => {
        let body = "";
        for await (const chunk of response) {
          body += chunk;
        }
        resolve({ status: response.statusCode ?? 0, body });
      })
        .on("error", reject)
        .end();
    });
  }

  async function until(isTrue: () => Promise<boolean>): Promise<void> {
    let last: unknown;
    for (const end = Date.now() + 120_000; Date.now() < end; await delay(100)) {
      try {
        if (await isTrue()) {
          return;
        }
      } catch (error) {
        last = error;
      }
    }
    throw new Error("it did not happen within two minutes", { cause: last });
  }
});
