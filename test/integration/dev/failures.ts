import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { steps } from "../../../scripts/run/events";
import { nameOf } from "../../../scripts/run/resource-names";
import type { DevNetwork } from "./dev-network";

/** A run in which one region fails and a run that the user interrupts; the next `up` completes the network. */
export function testFailures(network: DevNetwork): void {
  const { checkout } = network;

  it("completes all other regions when one region's cluster fails, and later completes only that region", async () => {
    expect((await network.down()).code).toBe(0);
    expect(await checkout.cloudResources()).toEqual([]);
    await checkout.setFaults([
      {
        match: { type: "azure-native:containerservice:ManagedCluster", location: "westeurope" },
        action: "error",
        message: "no capacity left",
      },
    ]);
    const failed = await network.up();
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
    expect(await network.readyPodsByRole()).toEqual({ validator: 8, rpc: 4 });
    await checkout.setFaults([]);
    const completed = await network.up();
    expect(completed.code, completed.stderr).toBe(0);
    const changed = steps(checkout.eventsOfLastRun()).filter(({ op }) => op !== "same");
    expect(
      changed
        .map(({ urn }) => nameOf(urn))
        .filter((name) => !name.startsWith("westeurope") && name !== "chainfleet-dev"),
    ).toEqual([]);
  });

  it("stops in order after one Ctrl+C, and the next up completes the network", async () => {
    expect((await network.down()).code).toBe(0);
    const run = checkout.chainfleet("up", "--stack", "dev", "--json");
    let ended = false;
    const end = run.finished.finally(() => {
      ended = true;
    });
    while (!ended && (await checkout.cloudResources()).length < 3) {
      await setTimeout(50);
    }
    run.child.kill("SIGINT");
    const stopped = network.recordOutput(await end);
    expect(stopped.code, stopped.stderr).toBe(130);
    expect(JSON.parse(stopped.stdout)).toMatchObject({ result: "cancelled" });
    const next = await network.up();
    expect(next.code, next.stderr).toBe(0);
  });
}
