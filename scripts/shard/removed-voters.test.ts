import { describe, expect, it } from "vitest";
import { refusalOfRemoval } from "./removed-voters";

const resource = (type: string, name: string, outputs: object) => ({
  urn: `urn:pulumi:net::chainfleet::pulumi-nodejs:dynamic/chainfleet:${type}::${name}`,
  type: `pulumi-nodejs:dynamic/chainfleet:${type}`,
  outputs: { ...outputs },
});
const validators = ["eu", "eu-west", "us", "asia", "onprem"].flatMap((region) =>
  [0, 1].map((index) => `${region}-validator-${index}`),
);
const state = {
  resources: [
    resource("Genesis", "net-besu-genesis", {
      genesisValidators: validators.map((_, index) => `0x${index}`),
    }),
    ...validators.map((name, index) =>
      resource("ValidatorKey", `${name}-node-key`, { address: `0x${index}` }),
    ),
  ],
};

describe("the removal of regions that have stacks of their own", () => {
  it("is refused before a stack is deleted if the chain would lose its quorum", () => {
    expect(refusalOfRemoval(state, ["eu", "us"])?.message).toContain(
      "QUORUM_LOST: The config does not have eu-validator-0, eu-validator-1, us-validator-0 and us-validator-1",
    );
  });

  it("is not refused within the tolerance, and without a chain", () => {
    expect(refusalOfRemoval(state, ["eu"])).toBeUndefined();
    expect(refusalOfRemoval(state, [])).toBeUndefined();
    expect(refusalOfRemoval({ resources: [] }, ["eu", "us"])).toBeUndefined();
  });

  it("counts the votes that earlier removals have lost", () => {
    const without = { resources: state.resources.filter(({ urn }) => !urn.includes("::asia-")) };
    expect(refusalOfRemoval(without, ["eu"])?.code).toBe("QUORUM_LOST");
    expect(refusalOfRemoval(without, ["eu"])?.message).toContain(
      "The config does not have eu-validator-0, eu-validator-1, 0x6 and 0x7",
    );
  });
});
