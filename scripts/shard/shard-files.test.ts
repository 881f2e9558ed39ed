import { describe, expect, it } from "vitest";
import { shardFile } from "./shard-files";

const secure = { secure: "v1:abc" };

describe("the file of a region's stack", () => {
  it("has the settings of providers and the encryption of the network's stack, and nothing of the network's config", () => {
    const network = {
      config: {
        "chainfleet:regions": [],
        "chainfleet:keys": { deployer: secure },
        "azure-native:subscriptionId": "6d2b1e8f",
        "azure-native:clientSecret": secure,
      },
      secretsprovider: "awskms://alias/chain",
      encryptedkey: "key",
    };
    expect(shardFile({ network, existing: undefined, stack: "prod.eastus" })).toEqual({
      config: { "azure-native:subscriptionId": "6d2b1e8f", "azure-native:clientSecret": secure },
      secretsprovider: "awskms://alias/chain",
      encryptedkey: "key",
    });
  });

  it("keeps a secret setting that was set in the stack itself, if Pulumi Cloud encrypts it", () => {
    const network = { config: { "azure-native:clientSecret": secure } };
    const existing = { config: { "azure-native:clientSecret": { secure: "v1:own" } } };
    expect(shardFile({ network, existing, stack: "prod.eastus" })).toEqual(existing);
    expect(() => shardFile({ network, existing: undefined, stack: "prod.eastus" })).toThrow(
      /^SHARD_SETTING_SECRET: azure-native:clientSecret is secret/,
    );
  });
});
