import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NetworkStatus } from "../../components/besu/health/network-status";
import { Checkout } from "../support/checkout";

/** A small network in three regions; the tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 7);
checkout.configure(
  { path: ["chainfleet:stack"], value: "network" },
  { path: ["chainfleet:contracts"], value: undefined },
  {
    path: ["chainfleet:regions"],
    value: [
      { cloud: "azure", name: "eastus", validators: 5, rpcNodes: 0 },
      { cloud: "aws", name: "us-west-2", validators: 1, rpcNodes: 1 },
      {
        cloud: "kubernetes",
        name: "onprem",
        kubeconfig: ".chainfleet/local/kubernetes-control-plane/kubeconfig",
        p2pAddresses: ["198.51.100.10"],
        validators: 1,
        rpcNodes: 0,
      },
    ],
  },
);

beforeAll(async () => {
  const { code, stderr } = await checkout.up();
  expect(code, stderr).toBe(0);
});

afterAll(async () => {
  await checkout.close();
});

function services(...args: readonly string[]) {
  return checkout.chainfleet("services", ...args, "--stack", "dev").finished;
}

async function status(
  ...regions: readonly string[]
): Promise<NetworkStatus & { readonly code: number | null }> {
  const { code, stdout } = await services("status", ...regions, "--json");
  return { code, ...(JSON.parse(stdout) as NetworkStatus) };
}

/** The state of each validator, by region. */
async function states(): Promise<Record<string, string[]>> {
  const { regions } = await status("all");
  return Object.fromEntries(
    regions.map(({ name, validators }) => [name, validators.map(({ state }) => state)]),
  );
}

describe("the services of a network", () => {
  it("are shown: every validator runs and signs, on Azure, AWS and an existing cluster", async () => {
    await expect.poll(async () => (await status("all")).code, { timeout: 120_000 }).toBe(0);
    const { regions, chain } = await status("all");
    expect(regions.map(({ name }) => name)).toEqual(["eastus", "us-west-2", "onprem"]);
    expect(regions.flatMap(({ validators }) => validators.map(({ peers }) => peers))).toEqual(
      Array.from({ length: 7 }, () => 7),
    );
    expect(chain).toMatchObject({ validators: 7, signing: 7, quorum: 5, genesisBlocks: 1 });
  });

  it("are shown as a table in the order of the config", async () => {
    const { stdout } = await services("status", "onprem", "eastus");
    expect(stdout.indexOf("eastus")).toBeLessThan(stdout.indexOf("onprem"));
    expect(stdout).not.toContain("us-west-2");
    expect(stdout).toMatch(/chain: block \d+, \d of 7 validators sign, quorum 5/);
  });

  it("refuse a region that the network does not have", async () => {
    const { code, stderr } = await services("stop", "mars");
    expect(code).toBe(1);
    expect(stderr).toContain("REGION_UNKNOWN");
  });

  it("are not stopped without a confirmation if the chain would halt", async () => {
    const { code, stderr } = await services("stop", "eastus");
    expect(code).toBe(1);
    expect(stderr).toContain("halts the chain: 2 of 7 validators would still run, and 5 must sign a block");
    expect(await states()).toMatchObject({ eastus: Array(5).fill("running") });
  });

  it("of a region are stopped, and stay stopped over up, a refresh and a change of the validators", async () => {
    const { code, stdout } = await services("stop", "onprem");
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/^onprem: stopped after [\d.]+ s$/m);
    expect(await states()).toEqual({
      eastus: Array(5).fill("running"),
      "us-west-2": ["running"],
      onprem: ["stopped"],
    });
    const preview = await checkout.chainfleet("preview", "--stack", "dev", "--json").finished;
    expect(JSON.parse(preview.stdout).stopped).toEqual([
      expect.stringContaining("onprem: validator-0 is stopped, and stays stopped until"),
    ]);
    checkout.configure({ path: ["chainfleet:besu", "options"], value: { logging: "DEBUG" } });
    const changed = await checkout.up();
    expect(changed.code, changed.stderr).toBe(0);
    expect(changed.summary.changes.update).toBeGreaterThanOrEqual(7);
    expect(await states()).toMatchObject({ onprem: ["stopped"] });
    expect((await checkout.pulumi("refresh", "--yes", "--suppress-outputs").finished).code).toBe(0);
    const again = await checkout.up();
    expect(again.summary.changes).toMatchObject({ update: 0, replace: 0 });
    expect(await states()).toMatchObject({ onprem: ["stopped"] });
  });

  it("are not restarted while the chain has no validator to spare: stopped ones count as down", async () => {
    const { code, output } = await services("stop", "us-west-2");
    expect(code, output).toBe(0);
    checkout.configure({ path: ["chainfleet:besu", "options"], value: { logging: "INFO" } });
    const previewed = await checkout.pulumi("preview", "--suppress-outputs").finished;
    expect(previewed.output).toContain(
      "none of those that are up may: the chain would stop while a single one restarts",
    );
    const refused = await checkout.up();
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("5 of the chain's 7 validators sign, and 5 must");
    expect(refused.output).toContain("onprem-validator-0 does not answer");
    expect(await states()).toMatchObject({ eastus: Array(5).fill("running") });
    const started = await services("start", "us-west-2", "onprem");
    expect(started.code, started.output).toBe(0);
    await expect.poll(async () => (await status("all")).code, { timeout: 240_000 }).toBe(0);
    const changed = await checkout.up();
    expect(changed.code, changed.stderr).toBe(0);
  });

  it("of all regions are stopped and started, and the command ends when the chain makes blocks", async () => {
    const stopped = await services("stop", "all", "--yes");
    expect(stopped.code, stopped.output).toBe(0);
    expect(stopped.stdout.match(/^.*: stopped after/gm)).toEqual([
      "eastus: stopped after",
      "us-west-2: stopped after",
      "onprem: stopped after",
    ]);
    const { code, chain } = await status("all");
    expect({ code, head: chain.head }).toEqual({ code: 1, head: null });
    const started = await services("start", "all");
    expect(started.code, started.output).toBe(0);
    expect(started.stdout).toMatch(/The chain makes blocks: block \d+ after [\d.]+ s\.$/m);
    await expect.poll(async () => (await status("all")).code, { timeout: 120_000 }).toBe(0);
  });
});
