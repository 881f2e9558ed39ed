import { describe, expect, it } from "vitest";
import { hasSharedInputs, parseShardInputs } from "./shard-inputs";

const name = { parent: "prod", region: "onprem" };
const KEY = `0x${"7".repeat(64)}`;
const region = {
  cloud: "kubernetes",
  p2pEndpoints: [{ address: "198.51.100.10", annotations: {}, loadBalancerIP: "198.51.100.10" }],
  validators: [`0x${"a".repeat(40)}`],
};
const files = { accepted: {}, genesis: "{}", staticNodes: "[]" };

describe("what the stack of a region reads of the network's stack", () => {
  it("is taken if it is complete", () => {
    const { region: parsed, privateKeys } = parseShardInputs(name, {
      files,
      regions: { onprem: region },
      keys: { onprem: [KEY] },
    });
    expect(parsed).toEqual(region);
    expect(privateKeys).toHaveLength(1);
  });

  it.each([
    ["the network's stack has no such outputs", { files: undefined, regions: undefined, keys: undefined }],
    ["a region is missing", { files, regions: {}, keys: { onprem: [KEY] } }],
    [
      "an address is missing",
      { files, regions: { onprem: { ...region, p2pEndpoints: [{ annotations: {} }] } }, keys: {} },
    ],
    ["a key is missing", { files, regions: { onprem: region }, keys: { onprem: [] } }],
  ])("is refused if %s", (_, outputs) => {
    expect(() => parseShardInputs(name, outputs)).toThrow(/^SHARD_INPUTS_MISSING/);
  });

  it("is refused without quoting a value, which may be a key", () => {
    const outputs = { files, regions: { onprem: region }, keys: { onprem: [`${KEY}77`] } };
    expect(() => parseShardInputs(name, outputs)).toThrow(/^SHARD_INPUTS_MISSING(?!.*7777)/s);
  });

  it("counts as there with keys that are still encrypted", () => {
    const outputs = {
      networkFiles: files,
      shards: { onprem: region },
      validatorKeys: { ciphertext: "v1:x" },
    };
    expect(hasSharedInputs(outputs, "onprem")).toBe(true);
    expect(hasSharedInputs(outputs, "eastus")).toBe(false);
    expect(hasSharedInputs({ shards: { onprem: region } }, "onprem")).toBe(false);
  });
});
