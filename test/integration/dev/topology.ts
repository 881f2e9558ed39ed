import { expect, it } from "vitest";
import type { DevNetwork } from "./dev-network";

/** What one `up` deploys, and that a second `up` changes nothing. */
export function testTopology(network: DevNetwork): void {
  it("has 10 ready validators and 5 ready RPC nodes in 5 regions", async () => {
    expect(await network.readyPodsByRole()).toEqual({ validator: 10, rpc: 5 });
    expect(new Set((await network.readyPods()).map((pod) => pod.metadata.namespace)).size).toBe(5);
  });

  it("is not changed by a second up", async () => {
    const second = await network.up();
    expect(second.code).toBe(0);
    expect(second.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
    expect(second.summary.changes.same).toBeGreaterThan(200);
  });

  it("has nine verified contracts on each chain, deployed in at most two blocks of the chain", async () => {
    const { contracts } = await network.checkout.outputs();
    for (const chain of ["chain138", "mainnet"]) {
      const deployed = Object.values<{ block: number; verified: boolean }>(contracts[chain]);
      expect(deployed).toHaveLength(9);
      expect(deployed.every(({ verified }) => verified)).toBe(true);
      expect(new Set(deployed.map(({ block }) => block)).size).toBeLessThanOrEqual(2);
    }
  });
}
