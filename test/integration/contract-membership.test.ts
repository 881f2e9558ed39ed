import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LivingNetwork, regionOnPremises } from "../support/besu/living-network";
import { Checkout } from "../support/checkout";

/** The validators of a living chain change whose validators a contract selects. The tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 7);
const network = new LivingNetwork(checkout);

const ADDRESSES = ["198.51.100.10", "198.51.100.11", "198.51.100.12", "198.51.100.13", "198.51.100.14"];

function configure(selection: string, count: number): void {
  checkout.configure(
    { path: ["chainfleet:stack"], value: "network" },
    { path: ["chainfleet:contracts"], value: undefined },
    { path: ["chainfleet:network", "validatorSelection"], value: selection },
    { path: ["chainfleet:healthGate"], value: {} },
    { path: ["chainfleet:regions"], value: [regionOnPremises(...ADDRESSES.slice(0, count))] },
  );
}

beforeAll(async () => {
  configure("contract", 4);
  await network.upSuccessfully();
});

afterAll(async () => {
  await checkout.close();
});

describe("the validators of a living chain whose validators a contract selects", () => {
  it("are those of the contract in the genesis block, and nobody votes", async () => {
    await network.expectConfigured(4);
  });

  it("become one more, also if the run is killed at the vote, and no vote and no key is left behind", async () => {
    configure("contract", 5);
    await network.upKilledAtTheVote();
    await network.upSuccessfully();
    await network.expectConfigured(5);
    const exported = JSON.parse((await checkout.pulumi("stack", "export").finished).stdout);
    const set = exported.deployment.resources.find(({ urn }: { urn: string }) =>
      urn.includes("ValidatorSet"),
    );
    expect(set.inputs.selection).toBe("contract");
    expect(JSON.stringify(set)).not.toContain("privateKey");
    await network.expectNoChange();
  });

  it("become one fewer: it is voted out before its node is deleted", async () => {
    configure("contract", 4);
    await network.upSuccessfully();
    await network.expectConfigured(4);
  });

  it("are selected in the same way for good", async () => {
    configure("blockheader", 4);
    const { code, output, summary } = await checkout.up();
    expect(code).toBe(1);
    expect(output).toContain("CHAIN_PARAMETER_FIXED");
    expect(summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
  });
});
