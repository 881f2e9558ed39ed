import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Address } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { qbftExtraData } from "../../components/besu/genesis";
import { steps } from "../../scripts/run/events";
import { nameOf } from "../../scripts/run/summary";
import { Checkout, type Finished, type KubernetesObject } from "../support/checkout";
import { testContracts } from "./dev-contracts";

/** One dev network, brought up once and carried through its life in the order of these tests. */
const checkout = new Checkout(0.002, 7);
const everythingPrinted: string[] = [];
const kept = <Result extends Finished>(finished: Result): Result => {
  everythingPrinted.push(finished.stdout, finished.stderr);
  return finished;
};
const up = async () => kept(await checkout.operate("up"));

afterAll(async () => {
  await checkout.close();
});

describe("the dev network", () => {
  beforeAll(async () => {
    const watch = watchCommandLines();
    const first = await up();
    commandLines.push(...(await watch()));
    expect(first.code, first.stderr).toBe(0);
    expect(first.summary).toMatchObject({ stack: "dev", mode: "up", result: "succeeded" });
    expect(first.summary.regions.map(({ name, result, validators }) => [name, result, validators])).toEqual([
      ["eastus", "succeeded", 2],
      ["westeurope", "succeeded", 2],
      ["southeastasia", "succeeded", 2],
      ["us-west-2", "succeeded", 2],
      ["onprem", "succeeded", 2],
    ]);
    expect(first.summary.criticalPath.length).toBeGreaterThan(2);
  });

  it("has 10 validators and 5 RPC nodes Ready over 5 regions", async () => {
    const pods = await besuPods();
    const ready = pods.filter((pod) => condition(pod, "Ready") === "True");
    expect(countBy(ready, role)).toEqual({ validator: 10, rpc: 5 });
    expect(new Set(ready.map((pod) => pod.metadata.namespace)).size).toBe(5);
  });

  it("is not changed by a second up", async () => {
    const second = await up();
    expect(second.code).toBe(0);
    expect(second.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
    expect(second.summary.changes.same).toBeGreaterThan(200);
  });

  it("has nine contracts on each chain, each chain's in two blocks at most, all verified", async () => {
    const { contracts } = await checkout.outputs();
    for (const chain of ["chain138", "mainnet"]) {
      const all = Object.values<{ block: number; verified: boolean }>(contracts[chain]);
      expect(all).toHaveLength(9);
      expect(all.every(({ verified }) => verified)).toBe(true);
      expect(new Set(all.map(({ block }) => block)).size).toBeLessThanOrEqual(2);
    }
  });

  testContracts(checkout);

  it("runs every Besu pod as the restricted level asks, with probes, limits and few APIs", async () => {
    for (const pod of await besuPods()) {
      const [container, ...others] = pod.spec.containers;
      expect(others).toEqual([]);
      expect(pod.spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: "RuntimeDefault" },
      });
      expect(pod.spec.automountServiceAccountToken).toBe(false);
      expect(container.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        privileged: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(container.resources.requests).toEqual(container.resources.limits);
      expect(container.startupProbe.httpGet.path).toBe("/liveness");
      expect(container.livenessProbe.httpGet.path).toBe("/liveness");
      expect(container.readinessProbe.httpGet.path).toBe("/readiness?minPeers=1&maxBlocksBehind=2");
      expect(container.args).toContain("--rpc-http-api=ETH,NET,WEB3,QBFT");
      expect(container.args.join(" ")).not.toMatch(/cors|allowlist=[^ ]*(\*|all\b)|discovery-enabled=true/);
      expect(pod.spec.topologySpreadConstraints.map((one: KubernetesObject) => one.topologyKey)).toEqual([
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
      ]);
    }
  });

  it("lets only P2P reach a validator and only the RPC port an RPC node", async () => {
    const policies = await checkout.objects("apis/networking.k8s.io/v1/networkpolicies");
    const ingress = Object.fromEntries(
      policies
        .filter((policy) => policy.metadata.namespace === "chain138-eastus")
        .map((policy) => [policy.metadata.name, policy.spec.ingress ?? null]),
    );
    expect(ingress).toEqual({
      "default-deny": null,
      "peers-out": null,
      "rpc-only": [{ ports: [{ protocol: "TCP", port: 8545 }] }],
      "validator-p2p-only": [{ ports: [{ protocol: "TCP", port: 30303 }] }],
    });
    const budgets = await checkout.objects("apis/policy/v1/poddisruptionbudgets");
    expect(budgets.map((budget) => budget.spec.maxUnavailable)).toEqual(Array(10).fill(1));
  });

  it("refuses a root pod in its namespaces", async () => {
    const namespaces = (await checkout.objects("api/v1/namespaces")).filter((one) =>
      one.metadata.name.startsWith("chain138-"),
    );
    expect(namespaces.map((one) => one.metadata.labels["pod-security.kubernetes.io/enforce"])).toEqual(
      Array(5).fill("restricted"),
    );
    const refusal = await checkout.kubernetes("api/v1/namespaces/chain138-eastus/pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "root" },
      spec: { containers: [{ name: "root", image: "busybox", securityContext: { runAsUser: 0 } }] },
    });
    expect(refusal).toMatchObject({ reason: "Forbidden", message: expect.stringContaining("restricted") });
  });

  it("has one genesis whose extraData lists the validators, and the same full mesh everywhere", async () => {
    const configMaps = (await checkout.objects("api/v1/configmaps")).filter((one) =>
      one.metadata.namespace.startsWith("chain138-"),
    );
    const contents = (file: string) =>
      configMaps.flatMap(({ data }) => (data?.[file] === undefined ? [] : [data[file]]));
    expect(contents("genesis.json")).toHaveLength(5);
    expect(new Set(contents("genesis.json")).size).toBe(1);
    const genesis = JSON.parse(contents("genesis.json")[0]);
    const accounts = (await validatorKeys()).map((key) => privateKeyToAccount(key));
    expect(genesis.extraData).toBe(qbftExtraData(accounts.map(({ address }) => address as Address)));
    expect(genesis.config.qbft).toEqual({
      blockperiodseconds: 2,
      epochlength: 30_000,
      requesttimeoutseconds: 4,
    });

    expect(new Set(contents("static-nodes.json")).size).toBe(1);
    const enodes: string[] = JSON.parse(contents("static-nodes.json")[0]);
    const ids = enodes.map((enode) => enode.slice("enode://".length).split("@")[0]);
    expect(new Set(ids)).toEqual(new Set(accounts.map(({ publicKey }) => publicKey.slice(4))));
    const services = (await checkout.objects("api/v1/services")).filter(
      ({ spec }) => spec.type === "LoadBalancer",
    );
    const balanced = services.flatMap(({ status }) => status.loadBalancer.ingress[0].ip ?? []);
    expect(balanced).toHaveLength(8);
    const elastic = await elasticIps();
    const allocations = services.flatMap(({ metadata }) => metadata.annotations[ALLOCATIONS] ?? []);
    expect(new Set(allocations)).toEqual(new Set(elastic.map(({ allocationId }) => allocationId)));
    const addresses = [...balanced, ...elastic.map(({ publicIp }) => publicIp)];
    expect(new Set(enodes.map((enode) => enode.split("@")[1]))).toEqual(
      new Set(addresses.map((address) => `${address}:30303`)),
    );
  });

  it("shows, for another number of RPC nodes in one region, a change of that region only", async () => {
    checkout.configure({ path: ["chainfleet:regions", 1, "rpcNodes"], value: 3 });
    expect(await previewedChanges()).toEqual([["update", "westeurope-rpc"]]);
    checkout.restoreConfig();
  });

  it("shows, for another region, its own resources and the mesh everywhere, and nothing else", async () => {
    checkout.configure({
      path: ["chainfleet:regions", 5],
      value: { cloud: "azure", name: "uksouth", validators: 2, rpcNodes: 1 },
    });
    const changes = await previewedChanges();
    const others = changes.filter(([, name]) => !name.startsWith("uksouth"));
    expect(others.sort()).toEqual(
      ["eastus", "onprem", "southeastasia", "us-west-2", "westeurope"].map((region) => [
        "update",
        `${region}-static-nodes`,
      ]),
    );
    expect(changes.filter(([, name]) => name.startsWith("uksouth")).every(([op]) => op === "create")).toBe(
      true,
    );

    const before = await checkout.outputs();
    const added = await up();
    expect(added.code, added.stderr).toBe(0);
    const after = await checkout.outputs();
    expect(after.chain).toEqual(before.chain);
    expect(after.regions.at(-1)).toMatchObject({ name: "uksouth", cloud: "azure" });
    expect(after.chain.validators).not.toContain(after.regions.at(-1).validators[0]);
    expect(
      countBy(
        (await besuPods()).filter((pod) => condition(pod, "Ready") === "True"),
        role,
      ),
    ).toEqual({
      validator: 12,
      rpc: 6,
    });
  });

  it("gives a region up again without touching the others' volumes or the genesis", async () => {
    const before = await checkout.outputs();
    checkout.restoreConfig();
    const removed = await up();
    expect(removed.code, removed.stderr).toBe(0);
    expect((await checkout.outputs()).chain).toEqual(before.chain);
    expect(removed.summary.changes).toMatchObject({ create: 0, update: 5, replace: 0 });
    expect((await checkout.cloud()).filter(({ id }) => id.includes("uksouth"))).toEqual([]);
  });

  it("refuses to change what the living chain was born with, before anything else is begun", async () => {
    const cloudBefore = (await checkout.cloud()).length;
    checkout.configure(
      { path: ["chainfleet:network", "blockPeriodSeconds"], value: 5 },
      { path: ["chainfleet:regions", 5], value: { cloud: "azure", name: "uksouth" } },
    );
    const preview = kept(await checkout.pulumi("preview", "--stack", "dev").finished);
    expect(preview.code).not.toBe(0);
    expect(preview.stdout + preview.stderr).toContain(
      "chainfleet:network.blockPeriodSeconds is 5, but the living chain's genesis has 2",
    );
    const attempt = await up();
    expect(attempt.code).toBe(1);
    expect(attempt.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
    expect((await checkout.cloud()).length).toBe(cloudBefore);
    checkout.restoreConfig();
  });

  it("refuses a config with many mistakes in one message, and changes nothing", async () => {
    const cloudBefore = (await checkout.cloud()).length;
    checkout.configure(
      { path: ["chainfleet:network", "chainId"], value: 5_000_000_000_000_000 },
      { path: ["chainfleet:network", "blokPeriod"], value: 1 },
      {
        path: ["chainfleet:regions"],
        value: [
          { cloud: "azure", name: "eastus", validators: 1 },
          { cloud: "azure", name: "eastus", validators: 1 },
          { cloud: "azure", name: "atlantis", validators: 1 },
          { cloud: "gcp", name: "somewhere", validators: 0 },
          { cloud: "aws", name: "us-west-2", validators: 0, rpcNodes: -1, cidr: "10.9.0.0/16" },
        ],
      },
    );
    for (const finished of [
      kept(await checkout.chainfleet("up", "--stack", "dev").finished),
      kept(await checkout.pulumi("preview", "--stack", "dev").finished),
    ]) {
      const output = finished.stdout + finished.stderr;
      expect(finished.code).not.toBe(0);
      for (const part of [
        "chainfleet:network.chainId is",
        "chainfleet:network.blokPeriod is not a key here",
        'chainfleet:regions[1].name is "eastus", as is regions[0]',
        'chainfleet:regions[2].location is "atlantis", which is no location of azure',
        'chainfleet:regions[3].cloud is "gcp"; must be one of azure, aws, kubernetes',
        "chainfleet:regions[4].rpcNodes is -1; must not be negative",
        "chainfleet:regions[4].cidr is 10.9.0.0/16, which overlaps",
        "chainfleet:regions have 3 validators together; QBFT needs at least 4",
      ]) {
        expect(output).toContain(part);
      }
    }
    expect((await checkout.cloud()).length).toBe(cloudBefore);
    checkout.restoreConfig();
  });

  it("finds drift", async () => {
    const group = (await checkout.cloud()).find(({ name }) => name === "chain138-eastus-validator-0");
    expect(group).toBeDefined();
    await checkout.changeInCloud(group?.id ?? "", { tags: { owner: "someone else" } });
    const preview = kept(
      await checkout.pulumi("refresh", "--preview-only", "--json", "--stack", "dev").finished,
    );
    const drifted = JSON.parse(preview.stdout).steps.filter(
      ({ op }: { op: string }) => op === "update" || op === "refresh",
    );
    expect(drifted.map(({ urn }: { urn: string }) => nameOf(urn))).toContain("eastus-validator-0-address");
    await checkout.changeInCloud(group?.id ?? "", {
      tags: { owner: null, "chainfleet-network": "chain138", "chainfleet-region": "eastus" },
    });
  });

  it("updates running validators one after the other, and never takes more down", async () => {
    checkout.configure({ path: ["chainfleet:besu", "image"], value: "hyperledger/besu:25.11.0" });
    const run = checkout.chainfleet("up", "--stack", "dev", "--json");
    const lowest = await lowestReadyValidators(run.finished);
    const finished = kept(await run.finished);
    expect(finished.code, finished.stderr).toBe(0);
    expect(JSON.parse(finished.stdout).changes).toMatchObject({
      create: 0,
      update: 15,
      replace: 0,
      delete: 0,
    });
    expect(lowest).toBeGreaterThanOrEqual(9);
    const images = (await besuPods()).map((pod) => pod.spec.containers[0].image);
    expect(new Set(images)).toEqual(new Set(["hyperledger/besu:25.11.0"]));
    checkout.restoreConfig();
    expect((await up()).code).toBe(0);
  });

  it("keeps every private key, token and kubeconfig out of state, records, logs, output and process lists", async () => {
    const secrets = (await validatorKeys()).flatMap((key) => spellings(key.slice(2)));
    const token = readFileSync(
      checkout.path(".chainfleet/local/kubernetes-control-plane/token"),
      "utf8",
    ).trim();
    const [tokenItself = ""] = token.split(",");
    secrets.push(tokenItself, Buffer.from(tokenItself).toString("base64"));
    const files = [".chainfleet/state", ".chainfleet/runs", ".chainfleet/local/logs"].flatMap((folder) =>
      filesIn(checkout.path(folder)),
    );
    expect(files.length).toBeGreaterThan(10);
    const places = [
      ...files.map((file) => ({ where: file, text: readFileSync(file, "latin1") })),
      ...everythingPrinted.map((text) => ({ where: "what the commands printed", text })),
      { where: "the process list", text: commandLines.join("\n") },
    ];
    for (const { where, text } of places) {
      for (const secret of secrets) {
        expect(text.includes(secret), `${where} has a secret in it`).toBe(false);
      }
      expect(text.includes("certificate-authority-data"), `${where} has a kubeconfig in it`).toBe(false);
    }
    expect(commandLines.length).toBeGreaterThan(10);
  });

  it("finishes every other region when one region's cluster fails for good, and only that one afterwards", async () => {
    expect(kept(await checkout.operate("down")).code).toBe(0);
    expect(await checkout.cloud()).toEqual([]);
    await checkout.setFaults([
      {
        match: { type: "azure-native:containerservice:ManagedCluster", location: "westeurope" },
        action: "error",
        message: "no capacity left",
      },
    ]);
    const failed = await up();
    expect(failed.code).toBe(1);
    expect(failed.summary.result).toBe("failed");
    expect(failed.summary.regions.map(({ name, result }) => [name, result])).toEqual([
      ["eastus", "succeeded"],
      ["westeurope", "failed"],
      ["southeastasia", "succeeded"],
      ["us-west-2", "succeeded"],
      ["onprem", "succeeded"],
    ]);
    expect(failed.summary.regions[1]?.error).toContain("no capacity left");
    expect(
      countBy(
        (await besuPods()).filter((pod) => condition(pod, "Ready") === "True"),
        role,
      ),
    ).toEqual({
      validator: 8,
      rpc: 4,
    });
    await checkout.setFaults([]);
    const rest = await up();
    expect(rest.code, rest.stderr).toBe(0);
    const changed = steps(checkout.lastEvents()).filter(({ op }) => op !== "same");
    expect(
      changed
        .map(({ urn }) => nameOf(urn))
        .filter((name) => !name.startsWith("westeurope") && name !== "chainfleet-dev"),
    ).toEqual([]);
  });

  it("stops cleanly on one Ctrl+C and finishes at the next up", async () => {
    expect(kept(await checkout.operate("down")).code).toBe(0);
    const run = checkout.chainfleet("up", "--stack", "dev", "--json");
    await untilCloudHas(3);
    run.child.kill("SIGINT");
    const stopped = kept(await run.finished);
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(JSON.parse(stopped.stdout)).toMatchObject({ result: "cancelled" });
    const next = await up();
    expect(next.code, next.stderr).toBe(0);
  });

  it("leaves nothing behind after down: no cloud resource, no object, no process", async () => {
    const down = kept(await checkout.operate("down"));
    expect(down.code, down.stderr).toBe(0);
    expect(await checkout.cloud()).toEqual([]);
    const namespaces = await checkout.objects("api/v1/namespaces");
    expect(namespaces.map((one) => one.metadata.name).sort()).toEqual([
      "default",
      "kube-node-lease",
      "kube-public",
      "kube-system",
    ]);
    expect(await checkout.objects("api/v1/persistentvolumes")).toEqual([]);
    expect(
      (await checkout.objects("apis/storage.k8s.io/v1/storageclasses")).map((one) => one.metadata.name),
    ).toEqual(["standard"]);
    expect((await checkout.state()).resources ?? []).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ custom: true })]),
    );
    expect(await checkout.close()).toEqual([]);
  });
});

const commandLines: string[] = [];

/** Collects the command line of every process on the machine until it is told to stop. */
function watchCommandLines(): () => Promise<string[]> {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " "));
      } catch {
        // It ended meanwhile.
      }
    }
  }, 50);
  return async () => {
    clearInterval(timer);
    return [...seen];
  };
}

async function besuPods(): Promise<KubernetesObject[]> {
  return (await checkout.objects("api/v1/pods")).filter(
    (pod) => pod.metadata.labels?.["app.kubernetes.io/name"] === "besu",
  );
}

function role(pod: KubernetesObject): string {
  return pod.metadata.labels["app.kubernetes.io/component"];
}

function condition(object: KubernetesObject, type: string): string | undefined {
  return object.status?.conditions?.find((one: KubernetesObject) => one.type === type)?.status;
}

function countBy<Item>(items: readonly Item[], key: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  }
  return counts;
}

const ALLOCATIONS = "service.beta.kubernetes.io/aws-load-balancer-eip-allocations";

/** The elastic IPs of the validators on AWS, where a load balancer shows none. */
async function elasticIps(): Promise<{ allocationId: string; publicIp: string }[]> {
  return ((await checkout.state()).resources ?? [])
    .filter(({ type, urn }) => type === "aws:ec2/eip:Eip" && nameOf(urn).includes("-validator-"))
    .map(({ outputs }) => outputs);
}

async function validatorKeys(): Promise<`0x${string}`[]> {
  return (await checkout.objects("api/v1/secrets"))
    .filter((secret) => secret.data?.key !== undefined)
    .map((secret) => Buffer.from(secret.data.key, "base64").toString() as `0x${string}`);
}

/** A key as it may be written: hex in either case, base64 of the text or of the bytes. */
function spellings(hex: string): string[] {
  return [
    hex,
    hex.toUpperCase(),
    Buffer.from(`0x${hex}`).toString("base64"),
    Buffer.from(hex, "hex").toString("base64"),
  ];
}

async function previewedChanges(): Promise<[string, string][]> {
  const { stdout, stderr, code } = kept(
    await checkout.pulumi("preview", "--json", "--stack", "dev").finished,
  );
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout)
    .steps.filter(({ op }: { op: string }) => op !== "same")
    .map(({ op, urn }: { op: string; urn: string }) => [op, nameOf(urn)]);
}

/** The lowest number of validators that were Ready at once until the promise is settled. */
async function lowestReadyValidators(finished: Promise<unknown>): Promise<number> {
  let done = false;
  finished.finally(() => {
    done = true;
  });
  let lowest = Number.POSITIVE_INFINITY;
  while (!done) {
    const ready = (await besuPods()).filter(
      (pod) => role(pod) === "validator" && condition(pod, "Ready") === "True",
    );
    lowest = Math.min(lowest, ready.length);
  }
  return lowest;
}

async function untilCloudHas(count: number): Promise<void> {
  while ((await checkout.cloud()).length < count) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
