import { describe, expect, it } from "vitest";
import { acrossValidatorSelection } from "./validator-selection";

const CONTRACT = "0x0000000000000000000000000000000000007777";
const azure = { cloud: "azure", name: "eastus", validators: 2 };
const onprem = { cloud: "kubernetes", name: "onprem", validators: 2 };

const keys = (config: object, network: object = {}) =>
  acrossValidatorSelection({
    network: { validatorSelection: "contract", ...network },
    regions: [azure, onprem],
    ...config,
  }).map(({ key }) => key);

describe("validatorSelection: contract", () => {
  it("needs the validators' keys in Secrets of the clusters", () => {
    expect(keys({})).toEqual([]);
    expect(keys({ besu: { keyStore: "cloud" } })).toEqual(["besu.keyStore"]);
    expect(keys({ regions: [azure, { ...azure, name: "uksouth" }], besu: { keyStore: "cloud" } })).toEqual([
      "besu.keyStore",
    ]);
    expect(keys({ regions: [{ ...azure, keyStore: "keyVault" }, onprem] })).toEqual(["regions[0].keyStore"]);
    const ownSecrets = [{ ...azure, keyStore: "kubernetes" }];
    expect(keys({ regions: ownSecrets, besu: { keyStore: "cloud" } })).toEqual([]);
    expect(keys({ regions: [{ ...azure, keyStore: "keyVault", validators: 0 }, onprem] })).toEqual([]);
  });

  it("needs blocks that have room for a vote", () => {
    expect(keys({}, { gasLimit: 579_999 })).toEqual(["network.gasLimit"]);
    expect(keys({}, { gasLimit: 580_000 })).toEqual([]);
  });

  it("needs the account of the contract", () => {
    expect(keys({}, { alloc: { [CONTRACT]: "1" } })).toEqual([`network.alloc.${CONTRACT}`]);
  });

  it("tells all findings at once, and none where blocks carry the votes", () => {
    const wrong = { gasLimit: 1, alloc: { [CONTRACT]: "1" } };
    const cloud = { besu: { keyStore: "cloud" } };
    expect(keys(cloud, wrong)).toHaveLength(3);
    expect(keys(cloud, { ...wrong, validatorSelection: "blockheader" })).toEqual([]);
    expect(acrossValidatorSelection({ ...cloud, network: wrong, regions: [azure] })).toEqual([]);
  });
});
