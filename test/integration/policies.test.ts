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
