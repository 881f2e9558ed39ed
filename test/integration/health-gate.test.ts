import { setTimeout as delay } from "node:timers/promises";
import { AppsV1Api, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { steps } from "../../scripts/run/events";
import { nameOf } from "../../scripts/run/resource-names";
import { Checkout, type ConfigChange } from "../support/checkout";
import { changesOf } from "../support/engine-output";

/**
 * A network in two regions with a contract on its own chain and one on another chain. The tests continue with what the ones
 * before them left.
 */
const checkout = new Checkout(0.002, 11);
const CHAINS = ["chainfleet:contracts", "chains"];
const contractsOf = (chain: string, contracts: object): ConfigChange[] => [
  { path: [...CHAINS, chain, "contracts"], value: contracts },
  { path: [...CHAINS, chain, "calls"], value: undefined },
  { path: [...CHAINS, chain, "explorers"], value: undefined },
];

const cluster = new KubeConfig();
const NAMESPACE = "chain138-onprem";

beforeAll(async () => {
  checkout.configure(
    ...contractsOf("chain138", { Multicall: {} }),
    ...contractsOf("mainnet", { Multicall: {} }),
    { path: ["chainfleet:healthGate"], value: {} },
    {
      path: ["chainfleet:regions"],
      value: [
        { cloud: "azure", name: "eastus", validators: 2, rpcNodes: 0 },
        {
          cloud: "kubernetes",
          name: "onprem",
          kubeconfig: ".chainfleet/local/kubernetes-control-plane/kubeconfig",
          p2pAddresses: ["198.51.100.10", "198.51.100.11"],
          validators: 2,
          rpcNodes: 1,
        },
      ],
    },
  );
  await checkout.onTarget("true").finished;
  cluster.loadFromFile(checkout.path(".chainfleet/local/kubernetes-control-plane/kubeconfig"));
});

afterAll(async () => {
  await checkout.close();
});

/** The steps of the last run that were no `same`, by the name of the resource. */
function stepsOfLastRun() {
  return new Map(
    steps(checkout.eventsOfLastRun())
      .filter(({ op }) => op !== "same")
      .map((step) => [nameOf(step.urn), step]),
  );
}

async function scaleRpc(replicas: number): Promise<void> {
  await cluster
    .makeApiClient(AppsV1Api)
    .patchNamespacedStatefulSetScale(
      { namespace: NAMESPACE, name: "rpc", body: { spec: { replicas } } },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
  const core = cluster.makeApiClient(CoreV1Api);
  await expect
    .poll(
      async () => {
        const labelSelector = "app.kubernetes.io/component=rpc";
        const pods = await core.listNamespacedPod({ namespace: NAMESPACE, labelSelector });
        const claims = await core.listNamespacedPersistentVolumeClaim({ namespace: NAMESPACE });
        return [
          pods.items.length,
          claims.items.filter(({ metadata }) => metadata?.name === "data-rpc-0").length,
        ];
      },
      { timeout: 60_000 },
    )
    .toEqual([replicas, replicas]);
}

/** Changes the genesis file of the nodes that start in the region from now on. @returns the file as it was. */
async function changeGenesis(change: (file: string) => string): Promise<string> {
  const core = cluster.makeApiClient(CoreV1Api);
  const object = { namespace: NAMESPACE, name: "genesis" };
  const file = (await core.readNamespacedConfigMap(object)).data?.["genesis.json"] ?? "";
  await core.patchNamespacedConfigMap(
    { ...object, body: { data: { "genesis.json": change(file) } } },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
  return file;
}

const inject = (isolated: boolean) =>
  fetch(`${checkout.environment()["CHAINFLEET_LOCAL_NODES_CONTROL"]}/faults`, {
    method: "POST",
    body: JSON.stringify({ namespace: NAMESPACE, pod: "validator-1-0", isolated }),
  });

describe("the health gate", () => {
  it("holds the contracts on the network's chain until the network is healthy, and no others", async () => {
    const { code, stderr } = await checkout.up();
    expect(code, stderr).toBe(0);
    const made = stepsOfLastRun();
    const gate = made.get("chain138-health");
    const lastNode = Math.max(
      ...["eastus-validator-0", "eastus-validator-1", "onprem-validator-0", "onprem-validator-1"].map(
        (name) => made.get(name)?.ended ?? Number.POSITIVE_INFINITY,
      ),
    );
    expect(gate?.started).toBeGreaterThanOrEqual(lastNode);
    expect(made.get("chain138-Multicall")?.started).toBeGreaterThanOrEqual(gate?.ended ?? 0);
    expect(made.get("mainnet-Multicall")?.ended).toBeLessThan(gate?.started ?? 0);
    const status = await checkout.chainfleet("services", "status", "all", "--stack", "dev", "--json")
      .finished;
    expect(JSON.parse(status.stdout)).toMatchObject({ unmet: [], chain: { signing: 4 } });
  });

  it("does nothing in a run that changes no node", async () => {
    const preview = await checkout.pulumi("preview", "--json").finished;
    expect(changesOf(preview.stdout)).toEqual([]);
  });

  let genesis: string;
  it("stops the contracts of the network's chain at a node with another genesis block, and names it", async () => {
    await scaleRpc(0);
    genesis = await changeGenesis((file) => {
      const content = JSON.parse(file);
      return JSON.stringify({ ...content, gasLimit: "0x1000000" });
    });
    await scaleRpc(1);
    checkout.configure(
      ...["chain138", "mainnet"].map((chain) => ({
        path: [...CHAINS, chain, "contracts", "WETH9"],
        value: {},
      })),
      // The RPC node alone restarts, so that the gate looks again.
      { path: ["chainfleet:besu", "rpc"], value: { memory: "5Gi" } },
    );
    const { code, summary, output } = await checkout.up();
    expect(code).toBe(1);
    expect(output).toContain("NETWORK_UNHEALTHY: The network chain138 is not healthy");
    expect(output).toContain("onprem rpc-0: the genesis block is 0x");
    expect(output).toContain("docs/runbook.md");
    expect(summary.result).toBe("failed");
    const made = stepsOfLastRun();
    expect(made.get("chain138-health")).toMatchObject({ op: "update", failed: true });
    expect(made.has("chain138-WETH9")).toBe(false);
    expect(made.get("mainnet-WETH9")).toMatchObject({ op: "create", failed: false });
  });

  it("ends with the first Ctrl+C while it waits", async () => {
    await scaleRpc(0);
    await changeGenesis(() => genesis);
    await scaleRpc(1);
    expect((await inject(true)).status).toBe(200);
    const run = checkout.chainfleet("up", "--stack", "dev", "--json");
    const said = () => checkout.eventsOfLastRun().map(({ event }) => event.diagnosticEvent?.message ?? "");
    await expect
      .poll(() => said().join("\n"), { timeout: 120_000 })
      .toMatch(/chain138 is not healthy yet: .*behind \(onprem validator-1\)/);
    run.child.kill("SIGINT");
    const interrupted = await Promise.race([run.finished, delay(60_000)]);
    expect(interrupted?.code, interrupted?.stderr).toBe(130);
    expect(JSON.parse(interrupted?.stdout ?? "")).toMatchObject({ result: "cancelled" });
  });

  it("lets the next run go on once the network is healthy", async () => {
    expect((await inject(false)).status).toBe(200);
    const { code, stderr, summary } = await checkout.up();
    expect(code, stderr).toBe(0);
    expect(summary.changes).toMatchObject({ create: 1 });
    const made = stepsOfLastRun();
    expect(made.get("chain138-WETH9")?.started).toBeGreaterThanOrEqual(
      made.get("chain138-health")?.ended ?? 0,
    );
  });
});
