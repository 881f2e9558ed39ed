import { expect } from "vitest";
import type { Checkout, ConfigChange } from "../checkout";

const region = (name: string, addresses: readonly string[]) => ({
  cloud: "kubernetes",
  name,
  kubeconfig: ".chainfleet/local/kubernetes-control-plane/kubeconfig",
  p2pAddresses: addresses,
  validators: addresses.length,
  rpcNodes: 0,
});

/** Configures a network of four validators in two regions on existing clusters. */
export function configureTwoClusters(checkout: Checkout, ...changes: readonly ConfigChange[]): void {
  checkout.configure(
    { path: ["chainfleet:stack"], value: "network" },
    { path: ["chainfleet:contracts"], value: undefined },
    {
      path: ["chainfleet:regions"],
      value: [
        region("north", ["198.51.100.10", "198.51.100.11"]),
        region("south", ["198.51.100.20", "198.51.100.21"]),
      ],
    },
    ...changes,
  );
}

/** Forgets everything that Pulumi knows of the network. The next command on the local target makes an empty stack. */
export async function loseState(checkout: Checkout): Promise<void> {
  const removed = await checkout.pulumi("stack", "rm", "--force", "--yes", "--preserve-config").finished;
  expect(removed.code, removed.output).toBe(0);
}
