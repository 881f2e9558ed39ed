import { describe, expect, it } from "vitest";
import { provider } from "./chain-provider";
import type { ChainParameters } from "./genesis";

const parameters: ChainParameters = {
  chainId: 138,
  blockPeriodSeconds: 2,
  requestTimeoutSeconds: 4,
  epochLength: 30_000,
  gasLimit: 30_000_000,
  alloc: {},
};

describe("the check of a chain's parameters", () => {
  it("accepts any parameters before the chain exists, and unchanged parameters afterwards", async () => {
    const first = await provider.check({}, { parameters });
    const second = await provider.check({ parameters }, { parameters: structuredClone(parameters) });
    expect([first.failures, second.failures]).toEqual([[], []]);
  });

  it("names each changed parameter with the value in the genesis block and the configured value", async () => {
    const changed = { ...parameters, blockPeriodSeconds: 5, gasLimit: 1 };
    const { failures } = await provider.check({ parameters }, { parameters: changed });
    expect(failures?.map(({ property }) => property)).toEqual([
      "parameters.blockPeriodSeconds",
      "parameters.gasLimit",
    ]);
    expect(failures?.[0]?.reason).toBe(
      "CHAIN_PARAMETER_FIXED: blockPeriodSeconds is 5, but the genesis block of the existing chain has 2. " +
        "A genesis block cannot change. No resource was changed.\n" +
        "Set blockPeriodSeconds back to 2, or create a new network in a stack of its own.",
    );
  });
});
