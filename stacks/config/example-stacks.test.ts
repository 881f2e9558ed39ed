import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { crashTolerance, quorum } from "../../components/besu/quorum";
import { findLocation } from "../../components/region/locations";
import { PROJECT_ROOT } from "../../components/root";
import { readConfig } from "./read";
import type { Config } from "./schema";

function configOf(stack: string, changes: Readonly<Record<string, string>> = {}): Config {
  const file = `Pulumi.${stack}.yaml`;
  const { config } = parse(readFileSync(join(PROJECT_ROOT, file), "utf8"));
  const values = Object.entries(config as Record<string, unknown>).map(([key, value]) => [
    key.replace("chainfleet:", ""),
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return readConfig({ ...Object.fromEntries(values), ...changes }, file);
}

describe.each(["azure-24", "aws-24", "mixed-24"])("the stack %s", (stack) => {
  it("has 24 regions in known locations, each with two validators and one RPC node", () => {
    const { regions } = configOf(stack);
    expect(regions).toHaveLength(24);
    for (const region of regions) {
      expect(region).toMatchObject({ validators: 2, rpcNodes: 1 });
      if (region.cloud !== "kubernetes") {
        expect(findLocation(region.cloud, region.location)?.zones, region.location).toBe(true);
      }
    }
  });

  it("has a quorum of 32 of its 48 validators", () => {
    const validators = configOf(stack).regions.reduce((sum, region) => sum + region.validators, 0);
    expect(validators).toBe(48);
    expect(quorum(validators)).toBe(32);
    expect(crashTolerance(validators)).toBe(16);
  });

  it("takes the rollout that its file proposes", () => {
    expect(configOf(stack, { rollout: "[8, 16]" }).rollout).toEqual([8, 16]);
  });
});

it("the stack mixed-24 has regions on Azure, on AWS and on existing clusters", () => {
  const clouds = configOf("mixed-24").regions.map(({ cloud }) => cloud);
  expect(["azure", "aws", "kubernetes"].map((cloud) => clouds.filter((one) => one === cloud).length)).toEqual(
    [10, 10, 4],
  );
});
