import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NetworkStatus } from "../../components/besu/health/network-status";
import { Checkout } from "../support/checkout";
import { summaryIn } from "../support/summary-output";

/**
 * The validators of a living chain change whose regions have stacks of their own. The tests continue with what the ones before them
 * left.
 */
const checkout = new Checkout(0.002, 7);

const eastus = { cloud: "azure", name: "eastus", validators: 2, rpcNodes: 0 };
const west = { cloud: "aws", name: "us-west-2", validators: 1, rpcNodes: 0 };
const uksouth = (validators: number) => ({ cloud: "azure", name: "uksouth", validators, rpcNodes: 0 });
const onprem = (...p2pAddresses: readonly string[]) => ({
  cloud: "kubernetes",
  name: "onprem",
  kubeconfig: ".chainfleet/local/kubernetes-control-plane/kubeconfig",
  p2pAddresses,
  validators: p2pAddresses.length,
  rpcNodes: 0,
});
const one = onprem("198.51.100.10");
const two = onprem("198.51.100.10", "198.51.100.11");

function configure(...regions: readonly object[]): void {
  checkout.configure(
    { path: ["chainfleet:stack"], value: "network" },
    { path: ["chainfleet:contracts"], value: undefined },
    { path: ["chainfleet:sharding"], value: "region" },
    { path: ["chainfleet:healthGate"], value: {} },
    { path: ["chainfleet:regions"], value: regions },
  );
}

async function up() {
  const finished = await checkout.chainfleet("up", "--stack", "dev", "--json").finished;
  return { ...finished, summary: summaryIn(finished) };
}

async function upSuccessfully() {
  const run = await up();
  expect(run.code, run.output).toBe(0);
  return run;
}

async function preview(): Promise<string> {
  const { code, output } = await checkout.chainfleet("preview", "--stack", "dev").finished;
  expect(code, output).toBe(0);
  return output.replaceAll(/\s+/g, " ");
}

function pulumi(...args: readonly string[]) {
  return checkout.onTarget("pulumi", ...args, "--non-interactive").finished;
}

function pulumiUp(stack: string) {
  return pulumi("up", "--yes", "--skip-preview", "--stack", stack);
}

async function stackNames(): Promise<string[]> {
  const { stdout } = await pulumi("stack", "ls", "--json");
  return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name).sort();
}

async function statefulSets(region: string): Promise<string[]> {
  return (await checkout.objects("apis/apps/v1/statefulsets"))
    .filter(({ metadata }) => metadata.namespace.endsWith(`-${region}`))
    .map(({ metadata }) => metadata.name)
    .sort();
}

/** Asserts that the chain has the validators of the config, and that each of them runs and signs. */
async function expectConfigured(validators: number): Promise<void> {
  const { chain, regions } = await checkout.outputs();
  const configured = (regions as readonly { readonly validators: readonly string[] }[]).flatMap(
    (region) => region.validators,
  );
  expect(configured).toHaveLength(validators);
  expect(chain.validators).toEqual(configured.sort());
  expect(chain.lostValidators).toEqual([]);
  expect(await proposals()).toBe(0);
  await expect
    .poll(async () => (await status()).chain, { timeout: 120_000, interval: 1_000 })
    .toMatchObject({ validators, signing: validators });
}

async function expectNoChange(): Promise<void> {
  const { summary } = await upSuccessfully();
  expect(summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
}

async function status(): Promise<NetworkStatus> {
  const { stdout } = await checkout.chainfleet("services", "status", "all", "--stack", "dev", "--json")
    .finished;
  return JSON.parse(stdout) as NetworkStatus;
}

interface ListedNode {
  readonly id: string;
  readonly proposals?: number;
}

/** Asks the nodes what they do. @returns a function, because reading the environment takes a second. */
function nodesControl(): () => Promise<readonly ListedNode[]> {
  const control = checkout.environment()["CHAINFLEET_LOCAL_NODES_CONTROL"];
  const ask = async () => (await (await fetch(`${control}/nodes`)).json()) as readonly ListedNode[];
  // On a busy machine a connection may be reset.
  return () => ask().catch(() => delay(50).then(ask));
}

/** The requests to vote that the nodes have not been told to forget. */
async function proposals(): Promise<number> {
  return (await nodesControl()()).reduce((sum, node) => sum + (node.proposals ?? 0), 0);
}

/** Runs `up` and kills the plugin of dynamic providers and the engines as soon as a node was asked to vote. */
async function upKilledAtTheVote(): Promise<void> {
  const nodes = nodesControl();
  const run = checkout.chainfleet("up", "--stack", "dev", "--json");
  let ended = false;
  const end = run.finished.finally(() => {
    ended = true;
  });
  let wasAsked = false;
  while (!ended && !wasAsked) {
    wasAsked = (await nodes()).some((node) => (node.proposals ?? 0) > 0);
    await delay(20);
  }
  expect(wasAsked).toBe(true);
  for (const { pid } of checkout.processes().filter(({ command }) => VICTIM.test(command))) {
    process.kill(pid, "SIGKILL");
  }
  await end;
}

const VICTIM = /^pulumi up |\/pulumi-resource-pulumi-nodejs /;

beforeAll(async () => {
  configure(eastus, west, one);
  await upSuccessfully();
});

afterAll(async () => {
  await checkout.close();
});

describe("the validators of a living chain whose regions have stacks of their own", () => {
  it("are those of the genesis block, and the health gate has seen all regions once they all run", async () => {
    await expectConfigured(4);
    const messages = checkout.eventsOfLastRun().map(({ event }) => event.diagnosticEvent?.message ?? "");
    expect(messages.filter((message) => message.includes("is healthy")).join()).toMatch(/4 validators sign/);
    const { resources = [] } = await checkout.state();
    expect(resources.some(({ type }) => type.endsWith(":ValidatorSet"))).toBe(false);
    await expectNoChange();
  });

  it("become more with a new region, whose nodes start and sync first, also if the run is killed at the vote", async () => {
    configure(eastus, west, one, uksouth(2));
    expect(await preview()).toContain(
      "will vote in: uksouth-validator-0 and uksouth-validator-1. The chain has 4 validators",
    );
    await upKilledAtTheVote();
    await upSuccessfully();
    await expectConfigured(6);
    await expectNoChange();
  });

  it("are exchanged, the new ones first, and those that leave are deleted after they were voted out", async () => {
    configure(eastus, west, two, uksouth(1));
    expect(await preview()).toMatch(/will vote in: onprem-validator-1; then out: uksouth-validator-1/);
    await upSuccessfully();
    await expectConfigured(6);
    expect(await statefulSets("uksouth")).toEqual(["validator-0"]);
    expect(await statefulSets("onprem")).toEqual(["validator-0", "validator-1"]);
    expect((await checkout.cloudResources()).filter(({ name }) => /uksouth-validator-1/.test(name))).toEqual(
      [],
    );
  });

  it("are not touched by plain runs of a region's stack, and the network's stack says what remains", async () => {
    await upSuccessfully();
    configure({ ...eastus, validators: 1 }, west, two, uksouth(1));
    const region = await pulumiUp("dev.eastus");
    expect(region.code, region.output).toBe(0);
    expect(region.output).toContain(
      "The number of validators in eastus is 1 in the config, and 2 in this run",
    );
    expect(await statefulSets("eastus")).toEqual(["validator-0", "validator-1"]);
    configure(eastus, west, two, uksouth(1));
    await expectNoChange();
  });

  it("become fewer: a region is voted out before its stack is deleted", async () => {
    configure(eastus, two, uksouth(1));
    await upSuccessfully();
    await expectConfigured(5);
    expect(await stackNames()).toEqual(["dev", "dev.eastus", "dev.onprem", "dev.uksouth"]);
    expect((await checkout.cloudResources()).filter(({ id }) => id.includes("us-west-2"))).toEqual([]);
    await expectNoChange();
  });

  it("stay where too few would remain to vote the others out, and nothing is changed", async () => {
    configure(two, { ...west, validators: 2 });
    const { code, output, summary } = await up();
    expect(code).toBe(1);
    expect(output).toContain("QUORUM_LOST");
    expect(summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
    expect(await stackNames()).toEqual(["dev", "dev.eastus", "dev.onprem", "dev.uksouth"]);
  });

  it("restart one at a time, although the runs of two regions go on at the same time", async () => {
    configure(eastus, two, uksouth(1));
    checkout.configure({ path: ["chainfleet:besu", "options"], value: { "tx-pool-min-gas-price": 0 } });
    const parent = await pulumiUp("dev");
    expect(parent.code, parent.output).toBe(0);
    const nodes = nodesControl();
    let ended = false;
    const runs = Promise.all(["dev.eastus", "dev.onprem"].map(pulumiUp)).finally(() => {
      ended = true;
    });
    const seen: number[] = [];
    while (!ended) {
      seen.push((await nodes()).length);
      await delay(20);
    }
    for (const { code, output } of await runs) {
      expect(code, output).toBe(0);
      expect(output).toMatch(/2 updated/);
    }
    // Five validators, and four must sign a block.
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(4);
    const tickets = (await checkout.objects("apis/coordination.k8s.io/v1/leases"))
      .filter(({ metadata }) => metadata.name === "validator-updates")
      .map(({ metadata }) => JSON.parse(metadata.annotations["chainfleet.dev/validator-updates"]));
    // Regions that were updated before have a Lease, too.
    expect(tickets.length).toBeGreaterThanOrEqual(2);
    expect(tickets.filter(({ claimed, admitted }) => claimed !== undefined || admitted.length > 0)).toEqual(
      [],
    );
  });
});
