import { afterAll, beforeAll, expect, it } from "vitest";
import { type NetworkIdentity, networkIdentity } from "../support/besu/network-identity";
import { Checkout } from "../support/checkout";

/** A small network on three clouds; the tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 13);

/** @param addresses of the validators in the cluster that exists. */
function configure(addresses: readonly string[]) {
  checkout.configure(
    { path: ["chainfleet:stack"], value: "network" },
    { path: ["chainfleet:contracts"], value: undefined },
    {
      path: ["chainfleet:regions"],
      value: [
        { cloud: "azure", name: "eastus", validators: 2, rpcNodes: 0 },
        { cloud: "aws", name: "us-west-2", validators: 1, rpcNodes: 0 },
        {
          cloud: "kubernetes",
          name: "onprem",
          kubeconfig: ".chainfleet/local/kubernetes-control-plane/kubeconfig",
          p2pAddresses: addresses,
          validators: addresses.length,
          rpcNodes: 0,
        },
      ],
    },
  );
}

let first: NetworkIdentity;
let inClouds: readonly string[];

const cloudIds = async () => (await checkout.cloudResources()).map(({ id }) => id).sort();

beforeAll(async () => {
  configure(["198.51.100.10", "198.51.100.11"]);
  const { code, output } = await checkout.up();
  expect(code, output).toBe(0);
  // A founder is voted out, so that the genesis has a validator whose key is nowhere.
  configure(["198.51.100.10"]);
  const removal = await checkout.up();
  expect(removal.code, removal.output).toBe(0);
  first = await networkIdentity(checkout);
  inClouds = await cloudIds();
  const removed = await checkout.pulumi("stack", "rm", "--force", "--yes", "--preserve-config").finished;
  expect(removed.code, removed.output).toBe(0);
});

afterAll(async () => {
  await checkout.close();
});

it("a network whose state is lost is not founded again, and creates nothing in the clouds", async () => {
  const { code, output } = await checkout.up();
  expect(code, output).toBe(1);
  expect(output).toContain("eastus, namespace chain138-eastus: validator-0, validator-1");
  expect(output).toContain("us-west-2, namespace chain138-us-west-2: validator-0");
  expect(await cloudIds()).toEqual(inClouds);
});

it("it gets its keys back, and what it has in the clouds", async () => {
  const { code, output, stdout } = await checkout.chainfleet(
    ...["recover", "keys", "--stack", "dev", "--yes", "--json"],
  ).finished;
  expect(code, output).toBe(0);
  const result = JSON.parse(stdout);
  expect(result.recovered).toHaveLength(4);
  expect(result.takenOver).toEqual(
    expect.arrayContaining(["eastus-aks", "us-west-2-vpc", "us-west-2-eks", "us-west-2-validator-nodes-0"]),
  );
  expect(await cloudIds()).toEqual(inClouds);
});

it("it goes on with the same keys, genesis, validators, clusters and addresses", async () => {
  const { code, output, summary } = await checkout.up();
  expect(code, output).toBe(0);
  expect(summary.changes).toMatchObject({ replace: 0, delete: 0 });
  expect(await networkIdentity(checkout)).toEqual(first);
  expect(await cloudIds()).toEqual(inClouds);
  const again = await checkout.up();
  expect(again.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
});
