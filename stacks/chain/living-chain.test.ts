import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../config/read";
import { type KeysOfRegion, requireNoKeys } from "./living-chain";

const config = readConfig(
  {
    regions: JSON.stringify([
      { cloud: "azure", name: "eastus", validators: 2 },
      { cloud: "aws", name: "us-west-2", validators: 2 },
      { cloud: "azure", name: "westeurope", validators: 0 },
    ]),
  },
  "Pulumi.prod.yaml",
);

/** Answers for the regions by name; a region without an answer is silent. */
function clusters(answers: Readonly<Record<string, readonly string[]>>): KeysOfRegion {
  return async (region) => {
    const keys = answers[region];
    if (keys === undefined) {
      throw new Error("connect ETIMEDOUT");
    }
    return new Set(keys);
  };
}

const check = (answers: Readonly<Record<string, readonly string[]>>) =>
  requireNoKeys(config, clusters(answers), "prod");

async function mocked(preview: boolean): Promise<void> {
  const mocks = { newResource: () => ({ id: "", state: {} }), call: () => ({}) };
  await pulumi.runtime.setMocks(mocks, "chainfleet", "prod", preview);
}

describe("a run whose state knows no chain", () => {
  beforeEach(() => mocked(false));

  it("makes keys if no region with validators has any, whatever a region without validators says", async () => {
    await check({ eastus: [], "us-west-2": [], westeurope: [] });
    await check({ eastus: [], "us-west-2": [] });
  });

  it("makes none while a region with validators is silent: another one may be new, or may have lost its cluster", async () => {
    await expect(check({ eastus: [] })).rejects.toThrow(/KEYS_UNKNOWN.*us-west-2: connect ETIMEDOUT/s);
  });

  it("makes none if a cluster has keys, and names each of them and the command, also if others are silent", async () => {
    await expect(check({ "us-west-2": ["validator-1", "validator-0"] })).rejects.toThrow(
      /STATE_LOST.*us-west-2, namespace chain138-us-west-2: validator-0, validator-1.*recover keys --stack prod/s,
    );
  });

  it("makes none if nobody answers but regions without validators", async () => {
    await expect(check({ westeurope: [] })).rejects.toThrow(/KEYS_UNKNOWN.*eastus: connect ETIMEDOUT/s);
  });

  it("is previewed without the answers, but not if a cluster has keys", async () => {
    await mocked(true);
    await check({});
    await expect(check({ eastus: ["validator-0"] })).rejects.toThrow("STATE_LOST");
  });
});
