import { describe, expect, it } from "vitest";
import { DYNAMIC_TYPE_PREFIX } from "../../components/engine/dynamic-type";
import type { StateResource } from "../engine/state";
import { contractsByChain, deployedContracts } from "./deployed";

const resource = (type: string, name: string, outputs: object): StateResource => ({
  urn: `urn:pulumi:dev::chainfleet::${type}::${name}`,
  type: `${DYNAMIC_TYPE_PREFIX}${type}`,
  outputs: { chain: { name: "chain138", chainId: 138 }, deployment: name, ...outputs },
});
const deployment = (name: string, changed: object = {}) =>
  resource("ForgeDeployment", name, { address: `0x${name}`, transaction: "0x01", block: 7, ...changed });
const verification = (name: string, ...results: object[]) => resource("ForgeVerification", name, { results });

describe("the contracts in a state", () => {
  it("are verified if every explorer has verified them; otherwise each refusing explorer is named with its reason", () => {
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

  it("do not include a contract that was replaced and is still to be deleted", () => {
    const old = { ...deployment("WETH9", { address: "0xold" }), delete: true };
    expect(deployedContracts([deployment("WETH9"), old]).map(({ address }) => address)).toEqual(["0xWETH9"]);
  });
});
