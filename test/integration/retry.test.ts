import { readdirSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import type { Wait } from "../../components/governor/waits";
import { steps } from "../../scripts/run/events";
import { nameOf } from "../../scripts/run/resource-names";
import type { Verification } from "../../scripts/verify/verification";
import { Checkout } from "../support/checkout";
import { summaryIn } from "../support/summary-output";

/** A small network on Azure and AWS whose clouds fail; the tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 7);
checkout.configure(
  { path: ["chainfleet:stack"], value: "network" },
  { path: ["chainfleet:contracts"], value: undefined },
  {
    path: ["chainfleet:regions"],
    value: [
      { cloud: "azure", name: "eastus", validators: 2, rpcNodes: 0 },
      { cloud: "azure", name: "westeurope", validators: 1, rpcNodes: 0 },
      { cloud: "aws", name: "us-west-2", validators: 1, rpcNodes: 0 },
    ],
  },
);

afterAll(async () => {
  await checkout.close();
});

describe("a network whose clouds fail", () => {
  it("is created in one run although one call in ten fails and one creation in ten gets no answer", async () => {
    await checkout.setFaults([
      { match: {}, action: "error", probability: 0.1 },
      { match: { operation: "create" }, action: "created-but-504", probability: 0.1 },
    ]);
    const { code, stderr, summary } = await checkout.up();
    expect(code, stderr).toBe(0);
    expect(summary.regions.map(({ result }) => result)).toEqual(["succeeded", "succeeded", "succeeded"]);
    await checkout.setFaults([]);
    expect(waits().filter(({ kind }) => kind === "retry").length).toBeGreaterThan(5);
    expect(await managedIds()).toEqual(await stateIds());
  });

  it("is verified: nothing differs", async () => {
    expect(await verified("all")).toMatchObject({ result: "equal" });
  });

  it("is verified: a resource that was deleted by hand and one that was changed are found, in their region alone", async () => {
    const group = (await checkout.cloudResources()).find(({ name }) => name === "chain138-eastus");
    await checkout.changeInCloud(group?.id ?? "", { tags: { "chainfleet-region": "elsewhere" } });
    expect(await verified("westeurope", "us-west-2")).toMatchObject({ result: "equal" });
    const { result, regions } = await verified("eastus");
    expect(result).toBe("different");
    expect(regions[0]?.differences.map(({ name, kind }) => [name, kind])).toEqual([
      ["eastus-group", "changed"],
    ]);
  });

  it("is retried in the region that failed, and the other regions stay as they are", async () => {
    expect((await checkout.down()).code).toBe(0);
    await checkout.setFaults([
      {
        match: { type: "azure-native:resources:ResourceGroup", location: "westeurope" },
        action: "error",
        code: "QuotaExceeded",
      },
    ]);
    const failed = await checkout.up();
    expect(failed.summary.regions.map(({ result }) => result)).toEqual(["succeeded", "failed", "succeeded"]);
    await checkout.setFaults([]);
    const retried = await checkout.chainfleet("retry", "--stack", "dev", "--json").finished;
    expect(retried.code, retried.stderr).toBe(0);
    expect(retried.stderr).toContain(
      "Retrying westeurope. The resources of all other regions stay as they are.",
    );
    expect(summaryIn(retried)).toMatchObject({ result: "succeeded" });
    const changed = steps(checkout.eventsOfLastRun()).filter(({ op }) => op !== "same");
    expect(changed.length).toBeGreaterThan(3);
    // The peers of the region's validators had started without their addresses.
    expect(
      changed
        .map(({ urn }) => nameOf(urn))
        .filter((name) => !/^westeurope|^chainfleet-dev$/.test(name))
        .sort(),
    ).toEqual(["eastus-static-nodes", "us-west-2-static-nodes"]);
    expect(await verified("all")).toMatchObject({ result: "equal" });
    const again = await checkout.chainfleet("retry", "--stack", "dev", "--json").finished;
    expect(JSON.parse(again.stdout)).toMatchObject({ result: "nothing-to-retry" });
  });

  it("loses to a hanging cluster no more than the timeout of the cluster", async () => {
    expect((await checkout.down()).code).toBe(0);
    await checkout.setFaults([
      {
        match: { type: "azure-native:containerservice:ManagedCluster", location: "westeurope" },
        action: "hang",
      },
    ]);
    const { code, summary } = await checkout.up();
    expect(code).toBe(1);
    expect(summary.regions.map(({ result }) => result)).toEqual(["succeeded", "failed", "succeeded"]);
    expect(summary.regions[1]?.error).toContain("context deadline exceeded");
    await checkout.setFaults([]);
    expect((await checkout.down()).code).toBe(0);
    expect(await checkout.cloudResources()).toEqual([]);
  });
});

/** What `chainfleet verify` prints; its exit code must say the same. */
async function verified(...regions: readonly string[]): Promise<Verification> {
  const run = await checkout.chainfleet("verify", ...regions, "--stack", "dev", "--json").finished;
  const verification = JSON.parse(run.stdout) as Verification;
  expect(run.code, run.output).toBe(verification.result === "equal" ? 0 : 1);
  return verification;
}

/** The waits in the record of the last run. */
function waits(): Wait[] {
  const runs = checkout.path(".chainfleet/runs");
  const last = readdirSync(runs).sort().at(-1) ?? "";
  const lines = readFileSync(checkout.path(".chainfleet/runs", last, "waits.jsonl"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as Wait);
}

/** The ids of all resources that a cloud made for a resource of the program. */
async function managedIds(): Promise<string[]> {
  const all = (await checkout.cloudResources()) as { readonly id: string; readonly urn?: string }[];
  return all
    .filter(({ urn }) => urn !== undefined)
    .map(({ id }) => id.toLowerCase())
    .sort();
}

async function stateIds(): Promise<string[]> {
  const { resources = [] } = await checkout.state();
  return resources
    .filter(({ type }) => /^(azure-native|aws):/.test(type))
    .map(({ id }) => String(id).toLowerCase())
    .sort();
}
