import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LivingNetwork, regionOnPremises } from "../support/besu/living-network";
import { Checkout } from "../support/checkout";

/**
 * The validators of a living chain change whose regions have stacks of their own. The tests continue with what the ones before them
 * left.
 */
const checkout = new Checkout(0.002, 7);
const network = new LivingNetwork(checkout);

const eastus = { cloud: "azure", name: "eastus", validators: 2, rpcNodes: 0 };
const west = { cloud: "aws", name: "us-west-2", validators: 1, rpcNodes: 0 };
const uksouth = (validators: number) => ({ cloud: "azure", name: "uksouth", validators, rpcNodes: 0 });
const one = regionOnPremises("198.51.100.10");
const two = regionOnPremises("198.51.100.10", "198.51.100.11");

function configure(...regions: readonly object[]): void {
  checkout.configure(
    { path: ["chainfleet:stack"], value: "network" },
    { path: ["chainfleet:contracts"], value: undefined },
    { path: ["chainfleet:sharding"], value: "region" },
    { path: ["chainfleet:healthGate"], value: {} },
    { path: ["chainfleet:regions"], value: regions },
  );
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

beforeAll(async () => {
  configure(eastus, west, one);
  await network.upSuccessfully();
});

afterAll(async () => {
  await checkout.close();
});

describe("the validators of a living chain whose regions have stacks of their own", () => {
  it("are those of the genesis block, and the health gate has seen all regions once they all run", async () => {
    await network.expectConfigured(4);
    const messages = checkout.eventsOfLastRun().map(({ event }) => event.diagnosticEvent?.message ?? "");
    expect(messages.filter((message) => message.includes("is healthy")).join()).toMatch(/4 validators sign/);
    const { resources = [] } = await checkout.state();
    expect(resources.some(({ type }) => type.endsWith(":ValidatorSet"))).toBe(false);
    await network.expectNoChange();
  });

  it("become more with a new region, whose nodes start and sync first, also if the run is killed at the vote", async () => {
    configure(eastus, west, one, uksouth(2));
    expect(await preview()).toContain(
      "will vote in: uksouth-validator-0 and uksouth-validator-1. The chain has 4 validators",
    );
    await network.upKilledAtTheVote();
    await network.upSuccessfully();
    await network.expectConfigured(6);
    await network.expectNoChange();
  });

  it("are exchanged, the new ones first, and those that leave are deleted after they were voted out", async () => {
    configure(eastus, west, two, uksouth(1));
    expect(await preview()).toMatch(/will vote in: onprem-validator-1; then out: uksouth-validator-1/);
    await network.upSuccessfully();
    await network.expectConfigured(6);
    expect(await statefulSets("uksouth")).toEqual(["validator-0"]);
    expect(await statefulSets("onprem")).toEqual(["validator-0", "validator-1"]);
    expect((await checkout.cloudResources()).filter(({ name }) => /uksouth-validator-1/.test(name))).toEqual(
      [],
    );
  });

  it("are not touched by plain runs of a region's stack, and the network's stack says what remains", async () => {
    await network.upSuccessfully();
    configure({ ...eastus, validators: 1 }, west, two, uksouth(1));
    const region = await pulumiUp("dev.eastus");
    expect(region.code, region.output).toBe(0);
    expect(region.output).toContain(
      "The number of validators in eastus is 1 in the config, and 2 in this run",
    );
    expect(await statefulSets("eastus")).toEqual(["validator-0", "validator-1"]);
    configure(eastus, west, two, uksouth(1));
    await network.expectNoChange();
  });

  it("become fewer: a region is voted out before its stack is deleted", async () => {
    configure(eastus, two, uksouth(1));
    await network.upSuccessfully();
    await network.expectConfigured(5);
    expect(await stackNames()).toEqual(["dev", "dev.eastus", "dev.onprem", "dev.uksouth"]);
    expect((await checkout.cloudResources()).filter(({ id }) => id.includes("us-west-2"))).toEqual([]);
    await network.expectNoChange();
  });

  it("stay where too few would remain to vote the others out, and nothing is changed", async () => {
    configure(two, { ...west, validators: 2 });
    const { code, output, summary } = await checkout.up();
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
    const nodes = network.nodes();
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
