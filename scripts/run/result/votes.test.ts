import { describe, expect, it } from "vitest";
import { validatorsText, votesIn } from "./votes";

const resource = (type: string, name: string, outputs: object) => ({
  urn: `urn:pulumi:dev::chainfleet::pulumi-nodejs:dynamic/chainfleet:${type}::${name}`,
  type: `pulumi-nodejs:dynamic/chainfleet:${type}`,
  outputs: { ...outputs },
});
const key = (name: string, address: string) => resource("ValidatorKey", `${name}-node-key`, { address });
const state = [
  resource("Genesis", "chain138-besu-genesis", { genesisValidators: ["0xa", "0xb", "0xc"] }),
  key("eastus-validator-0", "0xa"),
  key("eastus-validator-1", "0xb"),
  // Removed, and added again with another key.
  key("westeurope-validator-0", "0xd"),
  key("onprem-validator-0", "0xc"),
];

describe("the votes of a region", () => {
  it("are those of the keys in the genesis block", () => {
    const votes = (name: string, validators: number) => votesIn({ name, validators }, state);
    expect(["eastus", "westeurope"].map((name) => votes(name, 2))).toEqual([2, 0]);
    expect(votes("onprem", 2)).toBe(1);
    expect(votesIn({ name: "eastus", validators: 2 }, state.slice(1))).toBeUndefined();
  });

  it("are told in the table only where validators lack them", () => {
    expect(validatorsText(2, undefined)).toBe("2");
    expect(validatorsText(2, 2)).toBe("2");
    expect(validatorsText(2, 0)).toBe("2 full nodes, no vote yet");
    expect(validatorsText(1, 0)).toBe("1 full node, no vote yet");
    expect(validatorsText(2, 1)).toBe("2, 1 without a vote");
    expect(validatorsText(0, 0)).toBe("0");
  });
});
