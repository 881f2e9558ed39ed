import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NetworkStatus } from "../../components/besu/health/network-status";
import { Checkout } from "../support/checkout";

/** The validators of a living chain change whose validators a contract selects. The tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 7);

const onprem = (count: number) => ({
  cloud: "kubernetes",
  name: "onprem",
  kubeconfig: ".chainfleet/local/kubernetes-control-plane/kubeconfig",
  p2pAddresses: ["198.51.100.10", "198.51.100.11", "198.51.100.12", "198.51.100.13", "198.51.100.14"].slice(
    0,
    count,
  ),
  validators: count,
  rpcNodes: 0,
});

function configure(selection: string, count: number, besu: object = {}): void {
  checkout.configure(
    { path: ["chainfleet:stack"], value: "network" },
    { path: ["chainfleet:contracts"], value: undefined },
    { path: ["chainfleet:network", "validatorSelection"], value: selection },
    { path: ["chainfleet:besu"], value: besu },
    { path: ["chainfleet:healthGate"], value: {} },
    { path: ["chainfleet:regions"], value: [onprem(count)] },
  );
}

async function upSuccessfully() {
  const run = await checkout.up();
  expect(run.code, run.output).toBe(0);
  return run;
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
  await expect
    .poll(async () => (await status()).chain, { timeout: 120_000, interval: 1_000 })
    .toMatchObject({ validators, signing: validators });
}

async function status(): Promise<NetworkStatus> {
  const { stdout } = await checkout.chainfleet("services", "status", "all", "--stack", "dev", "--json")
    .finished;
  return JSON.parse(stdout) as NetworkStatus;
}

/** The votes that are open in the contract, or on the way to it. */
async function votes(): Promise<number> {
  const response = await fetch(`${checkout.environment()["CHAINFLEET_LOCAL_NODES_CONTROL"]}/nodes`);
  const nodes = (await response.json()) as readonly { readonly proposals?: number }[];
  return nodes.reduce((sum, node) => sum + (node.proposals ?? 0), 0);
}

/** Runs `up` and kills the plugin of dynamic providers and the engine as soon as a validator has voted. */
async function upKilledAtTheVote(): Promise<void> {
  const run = checkout.chainfleet("up", "--stack", "dev", "--json");
  let ended = false;
  const end = run.finished.finally(() => {
    ended = true;
  });
  let hasVoted = false;
  while (!ended && !hasVoted) {
    hasVoted = (await votes()) > 0;
    await delay(20);
  }
  expect(hasVoted).toBe(true);
  for (const { pid } of checkout.processes().filter(({ command }) => VICTIM.test(command))) {
    process.kill(pid, "SIGKILL");
  }
  await end;
}

const VICTIM = /^pulumi up |\/pulumi-resource-pulumi-nodejs /;

beforeAll(async () => {
  configure("contract", 4);
  await upSuccessfully();
});

afterAll(async () => {
  await checkout.close();
});

describe("the validators of a living chain whose validators a contract selects", () => {
  it("are those of the contract in the genesis block, and nobody votes", async () => {
    await expectConfigured(4);
    expect(await votes()).toBe(0);
  });

  it("become one more, also if the run is killed at the vote, and no vote and no key is left behind", async () => {
    configure("contract", 5);
    await upKilledAtTheVote();
    await upSuccessfully();
    await expectConfigured(5);
    expect(await votes()).toBe(0);
    const exported = JSON.parse((await checkout.pulumi("stack", "export").finished).stdout);
    const set = exported.deployment.resources.find(({ urn }: { urn: string }) =>
      urn.includes("ValidatorSet"),
    );
    expect(set.inputs.selection).toBe("contract");
    expect(JSON.stringify(set)).not.toContain("privateKey");
    const again = await upSuccessfully();
    expect(again.summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
  });

  it("become one fewer: it is voted out before its node is deleted", async () => {
    configure("contract", 4);
    await upSuccessfully();
    await expectConfigured(4);
    expect(await votes()).toBe(0);
  });

  it("are selected in the same way for good", async () => {
    configure("blockheader", 4);
    const { code, output, summary } = await checkout.up();
    expect(code).toBe(1);
    expect(output).toContain("CHAIN_PARAMETER_FIXED");
    expect(summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
  });
});
