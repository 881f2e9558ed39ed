import { expect, it } from "vitest";
import { nameOf } from "../../../scripts/run/resource-names";
import { type DevNetwork, roleOf } from "./dev-network";

/** What happens when a cloud resource was changed by somebody else, and when running validators are updated. */
export function testDriftAndUpdates(network: DevNetwork): void {
  const { checkout } = network;

  it("detects a tag that was changed in the cloud", async () => {
    const address = (await checkout.cloudResources()).find(
      ({ name }) => name === "chain138-eastus-validator-0",
    );
    expect(address).toBeDefined();
    await checkout.changeInCloud(address?.id ?? "", { tags: { owner: "someone else" } });
    const preview = await network.pulumi("refresh", "--preview-only", "--json");
    const drifted = JSON.parse(preview.stdout).steps.filter(
      ({ op }: { op: string }) => op === "update" || op === "refresh",
    );
    expect(drifted.map(({ urn }: { urn: string }) => nameOf(urn))).toContain("eastus-validator-0-address");
    await checkout.changeInCloud(address?.id ?? "", {
      tags: { owner: null, "chainfleet-network": "chain138", "chainfleet-region": "eastus" },
    });
  });

  it("updates running validators one at a time", async () => {
    checkout.configure({ path: ["chainfleet:besu", "image"], value: "hyperledger/besu:26.8.1" });
    const run = checkout.chainfleet("up", "--stack", "dev", "--json");
    const lowest = await lowestReadyValidators(network, run.finished);
    const finished = network.recordOutput(await run.finished);
    expect(finished.code, finished.stderr).toBe(0);
    expect(JSON.parse(finished.stdout).changes).toMatchObject({
      create: 0,
      // Each node, and the record of what the validators run.
      update: 16,
      replace: 0,
      delete: 0,
    });
    expect(lowest).toBeGreaterThanOrEqual(9);
    const images = (await network.besuPods()).map((pod) => pod.spec.containers[0].image);
    expect(new Set(images)).toEqual(new Set(["hyperledger/besu:26.8.1"]));
    checkout.restoreConfig();
    expect((await network.up()).code).toBe(0);
  });
}

/** The lowest number of validators that were ready at the same time before the promise settled. */
async function lowestReadyValidators(network: DevNetwork, promise: Promise<unknown>): Promise<number> {
  let settled = false;
  promise.finally(() => {
    settled = true;
  });
  let lowest = Number.POSITIVE_INFINITY;
  while (!settled) {
    const ready = (await network.readyPods()).filter((pod) => roleOf(pod) === "validator");
    lowest = Math.min(lowest, ready.length);
  }
  return lowest;
}
