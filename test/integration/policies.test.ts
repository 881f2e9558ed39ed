import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Checkout } from "../support/checkout";
import { configureRegions } from "../support/location-networks";

describe("the policies of a network in one region", () => {
  const checkout = new Checkout(0.002, 17);
  const level = (value: string) =>
    checkout.configure({ path: ["chainfleet:policies"], value: { regionLoss: { level: value } } });
  const ofProgram = "POLICY_REGION_LOSS: chain (Chain) has 4 of its 4 validators in northeurope";

  beforeAll(() =>
    configureRegions(checkout, [{ cloud: "azure", location: "northeurope", validators: 4, rpcNodes: 1 }]),
  );
  afterAll(() => checkout.close());

  it("are told by a preview, as a part of its comment, and do not fail it while they are advisory", async () => {
    const { code, stdout, stderr } = await checkout.chainfleet("preview", "--stack", "dev", "--markdown")
      .finished;
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`#### Policies (1)\n\n\`\`\`\n${ofProgram}`);
  });

  it("run as a policy pack of CrossGuard too", async () => {
    const { code, output } = await checkout.pulumi("preview", "--policy-pack", "policies").finished;
    expect(code, output).toBe(0);
    expect(output).toMatch(/chainfleet@v0\.1\.0 \(local: policies\)/);
    expect(output).toMatch(/\[advisory\]\s+region-loss/);
  });

  it("are told by chainfleet when the engine runs them as a pack, and fail what a mandatory policy of the pack refuses", async () => {
    const pack = ["--policy-pack", "policies"];
    const advisory = await checkout.chainfleet("preview", "--stack", "dev", "--markdown", ...pack).finished;
    expect(advisory.code, advisory.stderr).toBe(0);
    expect(advisory.stdout).toContain(`\`\`\`\n${ofProgram}`);
    expect(advisory.stdout).toMatch(
      /POLICY_PACK: chainfleet\/region-loss: [\s\S]*chain has 4 of its 4 validators/,
    );
    const file = checkout.path("pack.json");
    writeFileSync(file, JSON.stringify({ "region-loss": "mandatory" }));
    const mandatory = [...pack, "--policy-pack-config", "pack.json"];
    const preview = await checkout.chainfleet("preview", "--stack", "dev", "--markdown", ...mandatory)
      .finished;
    expect(preview.code, preview.stderr).toBe(1);
    expect(preview.stdout).toContain("#### Policies (1)\n\n```\nPOLICY_PACK: chainfleet/region-loss: ");
    const up = await checkout.chainfleet("up", "--stack", "dev", "--json", ...mandatory).finished;
    expect(up.code, up.stderr).toBe(1);
    expect(JSON.parse(up.stdout).errors).toEqual([
      expect.stringContaining("POLICY_PACK: chainfleet/region-loss: "),
    ]);
    expect(await checkout.cloudResources()).toEqual([]);
  });

  it("fail a preview and an up if they are mandatory, and nothing is created", async () => {
    level("mandatory");
    const preview = await checkout.chainfleet("preview", "--stack", "dev", "--markdown").finished;
    expect(preview.code, preview.stderr).toBe(1);
    expect(preview.stdout).toContain(`#### Policies (1)\n\n\`\`\`\n${ofProgram}`);
    const up = await checkout.up();
    expect(up.code, up.stderr).toBe(1);
    expect(up.summary.errors).toEqual([expect.stringContaining(ofProgram)]);
    expect(await checkout.cloudResources()).toEqual([]);
  });
});
