import { describe, expect, it } from "vitest";
import { checkConfig } from "./check";

const network = {
  "chainfleet:regions": [
    { cloud: "azure", name: "eastus" },
    { cloud: "azure", name: "westeurope" },
  ],
};
const keysOf = (written: object) => checkConfig({ ...network, ...written }).map(({ key }) => key);

describe("the check of a config as its file has it", () => {
  it("finds what a run would find, and ignores the settings of other projects", () => {
    expect(keysOf({ "azure-native:location": 7 })).toEqual([]);
    expect(keysOf({ "chainfleet:regoins": [], "chainfleet:network": { chainId: 0 } })).toEqual([
      "network.chainId",
      "regoins",
    ]);
  });

  it("finds nothing about an encrypted secret, wherever it is", () => {
    const secret = { secure: "v1:x" };
    expect(keysOf({ "chainfleet:keys": { deployer: secret } })).toEqual([]);
    expect(keysOf({ "chainfleet:keys": secret })).toEqual([]);
    expect(keysOf({ "chainfleet:network": { chainId: secret, epochLength: -1 } })).toEqual([
      "network.epochLength",
    ]);
  });

  it("refuses keys in plain text", () => {
    const key = `0x${"1".repeat(64)}`;
    expect(keysOf({ "chainfleet:keys": { deployer: key } })).toEqual(["keys"]);
    expect(keysOf({ "chainfleet:keys": JSON.stringify({ deployer: key }) })).toEqual(["keys"]);
    expect(keysOf({ "chainfleet:keys": {} })).toEqual([]);
  });

  it("refuses a receiver of alerts in plain text, and finds nothing about an encrypted one", () => {
    const receiver = "webhook_configs: [{ url: https://alerts.example.com }]";
    expect(keysOf({ "chainfleet:monitoring": { receiver } })).toEqual(["monitoring.receiver"]);
    expect(keysOf({ "chainfleet:monitoring": { receiver: { secure: "v1:x" } } })).toEqual([]);
    expect(keysOf({ "chainfleet:monitoring": {} })).toEqual([]);
  });
});
