import type { Address } from "viem";
import { describe, expect, it } from "vitest";
import type { ChainParameters } from "./genesis";
import { provider } from "./genesis-provider";

const parameters: ChainParameters = {
  chainId: 138,
  blockPeriodSeconds: 2,
  requestTimeoutSeconds: 4,
  epochLength: 30_000,
  gasLimit: 30_000_000,
  alloc: {},
  deterministicDeployer: true,
};
const validators = Array.from(
  { length: 10 },
  (_, index): Address => `0x${(10 - index).toString(16).padStart(40, "0")}`,
);
const names = validators.map((_, index) => `region-validator-${index}`);
/** What the engine gives in place of a value that a preview does not know. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("the genesis of a living chain", () => {
  const existing = async () => (await provider.create({ parameters, validators, names })).outs;
  const diff = async (configured: readonly string[]) =>
    provider.diff("0x1", await existing(), { parameters, validators: configured, names: [] });

  it("stays what it is, whatever validators are added and however few are removed", async () => {
    expect(await diff(validators)).toEqual({ changes: false });
    expect(await diff([...validators.slice(3), UNKNOWN, UNKNOWN])).toEqual({ changes: false });
  });

  it("refuses a config without the quorum, by the names of the validators", async () => {
    await expect(diff(validators.slice(4))).rejects.toThrow(
      "QUORUM_LOST: The config does not have region-validator-0, region-validator-1, region-validator-2 and region-validator-3",
    );
  });

  it("counts no validator that was removed and added again: its name is the same, its key is not", async () => {
    await expect(diff([UNKNOWN, UNKNOWN, ...validators.slice(4), UNKNOWN, UNKNOWN])).rejects.toThrow(
      "QUORUM_LOST",
    );
    const again = validators.slice(0, 4).map((address): Address => `${address.slice(0, -2)}ff` as Address);
    await expect(diff([...validators.slice(4), ...again])).rejects.toThrow("QUORUM_LOST");
  });

  it("says nothing of validators once votes have changed them", async () => {
    const news = { parameters, validators: validators.slice(8), names: [], isVoted: true };
    expect(await provider.diff("0x1", await existing(), news)).toEqual({ changes: false });
  });

  it("names addresses where the state does not have the names", async () => {
    const { validatorNames: _, ...recorded } = await existing();
    await expect(
      provider.diff("0x1", recorded, { parameters, validators: validators.slice(4), names: [] }),
    ).rejects.toThrow(`The config does not have ${validators[3]}`);
  });
});
