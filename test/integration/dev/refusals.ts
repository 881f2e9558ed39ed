import { afterEach, expect, it } from "vitest";
import type { DevNetwork } from "./dev-network";

/** Configs that are refused before anything is changed. */
export function testRefusals(network: DevNetwork): void {
  const { checkout } = network;

  // A refusal that fails must not leave its config to the tests that follow.
  afterEach(() => checkout.restoreConfig());

  it("refuses what a running chain cannot change, all of it at once and before any resource is changed", async () => {
    const cloudBefore = (await checkout.cloudResources()).length;
    checkout.configure(
      { path: ["chainfleet:network", "blockPeriodSeconds"], value: 5 },
      { path: ["chainfleet:besu", "reclaimPolicy"], value: "Retain" },
      { path: ["chainfleet:besu", "image"], value: "hyperledger/besu:25.9.0" },
      { path: ["chainfleet:regions", 5], value: { cloud: "azure", name: "uksouth" } },
    );
    const preview = await network.pulumi("preview");
    expect(preview.code).not.toBe(0);
    for (const refusal of [
      "CHAIN_PARAMETER_FIXED: blockPeriodSeconds is 5, but the genesis block of the existing chain has 2",
      "RECLAIM_POLICY_FIXED: reclaimPolicy is Retain, but the storage classes of the existing network have Delete",
      "BESU_UPDATE_REFUSED: The validators run Besu 26.9.0, and those that are updated to Besu 25.9.0 would not",
      "1. Besu 26.9.0, with the option Xbft-legacy-protocol-encoding set to true",
    ]) {
      expect(preview.output).toContain(refusal);
    }
    const up = await network.up();
    expect(up.code).toBe(1);
    expect(up.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
    expect((await checkout.cloudResources()).length).toBe(cloudBefore);
  });

  it("reports all mistakes of a config in one message, and changes nothing", async () => {
    const cloudBefore = (await checkout.cloudResources()).length;
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
    const up = network.recordOutput(await checkout.chainfleet("up", "--stack", "dev").finished);
    const preview = await network.pulumi("preview");
    for (const { code, output } of [up, preview]) {
      expect(code).not.toBe(0);
      for (const finding of [
        "chainfleet:network.chainId is",
        "chainfleet:network.blokPeriod is not a key here",
        'chainfleet:regions[1].name is "eastus", as is regions[0]',
        'chainfleet:regions[2].name is "atlantis", which is no location of azure',
        'chainfleet:regions[3].cloud is "gcp"; must be one of azure, aws, kubernetes',
        "chainfleet:regions[4].rpcNodes is -1; must not be negative",
        "chainfleet:regions[4].cidr is 10.9.0.0/16, which overlaps",
        "chainfleet:regions have 3 validators together; QBFT needs at least 4",
      ]) {
        expect(output).toContain(finding);
      }
    }
    expect((await checkout.cloudResources()).length).toBe(cloudBefore);
  });
}
