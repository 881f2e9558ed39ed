import { describe, expect, it } from "vitest";
import type { StateResource } from "../engine/state";
import { contractsByChain, deployedContracts } from "./deployed";

const resource = (type: string, name: string, outputs: object): StateResource => ({
  urn: `urn:pulumi:dev::chainfleet::${type}::${name}`,
  type: `pulumi-nodejs:dynamic/chainfleet:${type}`,
  outputs: { chain: { name: "chain138", chainId: 138 }, deployment: name, ...outputs },
});
const deployment = (name: string, others: object = {}) =>
  resource("ForgeDeployment", name, { address: `0x${name}`, transaction: "0x01", block: 7, ...others });
const verification = (name: string, ...results: object[]) => resource("ForgeVerification", name, { results });

describe("the contracts of a state", () => {
  it("are verified when every explorer says so, and say who does not", () => {
    const resources = [
      deployment("WETH9"),
      verification("WETH9", { explorer: "etherscan", verified: true }),
      deployment("Router"),
      verification(
        "Router",
        { explorer: "etherscan", verified: true },
        { explorer: "sourcify", verified: false, why: "no match" },
      ),
      deployment("Existing", { transaction: "", block: 0 }),
    ];
    expect(deployedContracts(resources).map(({ name, verified, why }) => [name, verified, why])).toEqual([
      ["Existing", undefined, undefined],
      ["Router", false, "sourcify: no match"],
      ["WETH9", true, undefined],
    ]);
    expect(contractsByChain(resources)).toEqual([
      { chain: "chain138", contracts: 3, verified: 1, notVerified: 1 },
    ]);
  });

  it("are not those that a replacement has still to delete", () => {
    const old = { ...deployment("WETH9", { address: "0xold" }), delete: true };
    expect(deployedContracts([deployment("WETH9"), old]).map(({ address }) => address)).toEqual(["0xWETH9"]);
  });
});
