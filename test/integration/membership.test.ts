import type { V1Node, V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LivingNetwork, regionOnPremises } from "../support/besu/living-network";
import { Checkout } from "../support/checkout";

/** The validators of a living chain change. The tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 7);
const network = new LivingNetwork(checkout);

const onAzure = (name: string, validators: number) => ({ cloud: "azure", name, validators, rpcNodes: 0 });
const eastus = onAzure("eastus", 2);
const west = { cloud: "aws", name: "us-west-2", validators: 1, rpcNodes: 0 };
const uksouth = onAzure("uksouth", 2);
const one = regionOnPremises("198.51.100.10");
const two = regionOnPremises("198.51.100.10", "198.51.100.11");

function configure(...regions: readonly object[]): void {
  checkout.configure(
    { path: ["chainfleet:stack"], value: "network" },
    { path: ["chainfleet:contracts"], value: undefined },
    { path: ["chainfleet:regions"], value: regions },
  );
}

async function preview(): Promise<string> {
  const { code, output } = await checkout.pulumi("preview", "--suppress-outputs").finished;
  expect(code, output).toBe(0);
  return output.replaceAll(/\s+/g, " ");
}

/** The zones of the machines for validators, and of the machines on which validators run, in each Azure region. */
async function validatorZones(): Promise<
  Record<string, { machines: string[]; pods: (string | undefined)[] }>
> {
  const [nodes, pods]: [V1Node[], V1Pod[]] = await Promise.all([
    checkout.objects("api/v1/nodes"),
    checkout.objects("api/v1/pods"),
  ]);
  const zoneOf = ({ metadata }: V1Node) => metadata?.labels?.["topology.kubernetes.io/zone"] ?? "";
  const machines = nodes.filter(({ metadata }) => metadata?.labels?.["chainfleet.dev/pool"] === "validators");
  const zonesIn = (region: string) => ({
    machines: machines
      .map(zoneOf)
      .filter((zone) => zone.startsWith(`${region}-`))
      .sort(),
    pods: pods
      .filter(
        ({ metadata }) =>
          metadata?.namespace?.endsWith(`-${region}`) && /^validator-/.test(metadata.name ?? ""),
      )
      .map(({ spec }) => nodes.filter(({ metadata }) => metadata?.name === spec?.nodeName).map(zoneOf)[0]),
  });
  return { eastus: zonesIn("eastus"), uksouth: zonesIn("uksouth") };
}

beforeAll(async () => {
  configure(eastus, west, one);
  await network.upSuccessfully();
});

afterAll(async () => {
  await checkout.close();
});

describe("the validators of a living chain", () => {
  it("are those of the genesis block until the config changes them, and nobody votes", async () => {
    await network.expectConfigured(4);
    expect((await checkout.pulumi("stack", "export").finished).stdout).not.toContain("ValidatorSet");
  });

  it("become more with a new region: its nodes start and sync, and then they are voted in", async () => {
    configure(eastus, west, one, uksouth);
    expect(await preview()).toContain(
      "will vote in: uksouth-validator-0 and uksouth-validator-1. The chain has 4 validators",
    );
    await network.upSuccessfully();
    await network.expectConfigured(6);
    await network.expectNoChange();
  });

  it("are exchanged for others, the new ones first, also if the run is killed at the vote", async () => {
    configure(eastus, two, uksouth);
    expect(await preview()).toMatch(/will vote in: onprem-validator-1; then out: us-west-2-validator-0/);
    await network.upKilledAtTheVote();
    await network.upSuccessfully();
    await network.expectConfigured(6);
    expect((await checkout.cloudResources()).filter(({ id }) => id.includes("us-west-2"))).toEqual([]);
  });

  it("become fewer in regions on AKS that stay, whose smaller pools keep a machine in the zone of each disk", async () => {
    configure(onAzure("eastus", 1), two, onAzure("uksouth", 1));
    const { output } = await network.upSuccessfully();
    expect(output).toContain("eastus keeps 2 machines for validators in this run");
    await network.upSuccessfully();
    await network.expectConfigured(4);
    expect(await validatorZones()).toEqual({
      eastus: { machines: ["eastus-1"], pods: ["eastus-1"] },
      uksouth: { machines: ["uksouth-1"], pods: ["uksouth-1"] },
    });
    await network.expectNoChange();
  });

  it("become more in a region whose pool became smaller, and another region is voted out before its nodes are deleted", async () => {
    configure(eastus, two);
    await network.upSuccessfully();
    await network.expectConfigured(4);
  });

  it("stay where too few would remain to vote the others out, and nothing is changed", async () => {
    configure(two, uksouth);
    const { code, output, summary } = await checkout.up();
    expect(code).toBe(1);
    expect(output).toContain("QUORUM_LOST");
    expect(summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
  });
});
