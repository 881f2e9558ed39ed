import fc from "fast-check";
import { getContractAddress, parseAbi } from "viem";
import { describe, expect, it } from "vitest";
import type { Artifact } from "./artifact";
import { DETERMINISTIC_DEPLOYER } from "./create2";
import { type ContractDefinition, planContracts, saltOf } from "./plan";

const artifact = (name: string, signature = "constructor()"): Artifact => ({
  name,
  abi: parseAbi([signature] as readonly string[]) as Artifact["abi"],
  creationCode: "0x6001",
  runtimeCode: "0x00",
  immutables: [],
});
const artifacts = new Map(
  [
    artifact("WETH9"),
    artifact("CCIPRouter", "constructor(address owner_, uint64 chainSelector_)"),
    artifact("Bridge", "constructor(address owner, address router, address weth9)"),
    artifact("MultiSig", "constructor(address[] owners_, uint256 threshold_)"),
  ].map((one) => [one.name, one]),
);
const OWNER = "0x000000000000000000000000000000000000dEaD";
const define = (name: string, args: ContractDefinition["args"] = {}, salt = "1"): ContractDefinition => ({
  name,
  args,
  salt,
});
const weth = define("WETH9");
const router = define("CCIPRouter", { owner: OWNER, chainSelector: 138 });
const bridge = define("Bridge", {
  owner: OWNER,
  router: { contract: "CCIPRouter" },
  weth9: { contract: "WETH9" },
});

function planned(definitions: readonly ContractDefinition[]) {
  const plan = planContracts("chain138", definitions, artifacts);
  if (plan.findings !== undefined) {
    throw new Error(plan.findings.join("\n"));
  }
  return plan.contracts;
}

const findings = (...definitions: ContractDefinition[]) =>
  planContracts("chain138", definitions, artifacts).findings;

describe("a plan of contracts", () => {
  it("knows every address as the deployer will make it", () => {
    expect(planned([weth])[0]?.address).toBe(
      getContractAddress({
        opcode: "CREATE2",
        from: DETERMINISTIC_DEPLOYER,
        salt: saltOf("1"),
        bytecode: "0x6001",
      }),
    );
  });

  it("is the same in whatever order the config names the contracts, and nothing comes before what it uses", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([weth, router, bridge], { minLength: 3 }), (definitions) => {
        const contracts = planned(definitions);
        const byName = new Map(contracts.map(({ name, address }) => [name, address]));
        expect(byName).toEqual(
          new Map(planned([weth, router, bridge]).map((one) => [one.name, one.address])),
        );
        contracts.forEach(({ uses }, index) => {
          const before = contracts.slice(0, index).map(({ name }) => name);
          expect(uses.every((used) => before.includes(used))).toBe(true);
        });
      }),
    );
  });

  it("moves what uses a contract when that moves, and nothing else", () => {
    const address = (all: readonly ContractDefinition[], name: string) =>
      planned(all).find((one) => one.name === name)?.address;
    const all = [weth, router, bridge];
    const other = [define("WETH9", {}, "2"), router, bridge];
    expect(address(other, "WETH9")).not.toBe(address(all, "WETH9"));
    expect(address(other, "Bridge")).not.toBe(address(all, "Bridge"));
    expect(address(other, "CCIPRouter")).toBe(address(all, "CCIPRouter"));
  });

  it("takes what is there already by its address", () => {
    const mainnet = "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2";
    const [taken] = planned([{ ...weth, at: mainnet }]);
    expect(taken).toEqual({ name: "WETH9", address: mainnet, uses: [] });
  });

  it("says everything that is wrong at once", () => {
    expect(
      findings(
        define("CCIPRouter", { owner: "0xdead", chainSelector: -1, colour: "red" }),
        define("MultiSig", { owners: [OWNER, 5] }),
      ),
    ).toEqual([
      'chain138 CCIPRouter: owner is "0xdead", but must be an address, its checksum right if it has one (address)',
      "chain138 CCIPRouter: chainSelector is -1, but must be a whole number in range (uint64)",
      "chain138 CCIPRouter: colour is no parameter; there is owner, chainSelector",
      "chain138 MultiSig: owners[1] is 5, but must be an address, its checksum right if it has one (address)",
      "chain138 MultiSig: threshold (uint256) is missing",
    ]);
    expect(
      findings(weth, weth, define("Nothing"), define("Bridge", { weth9: { contract: "Gone" } })),
    ).toEqual([
      "chain138: WETH9 is there twice",
      "chain138: there is no contract Nothing in contracts/src",
      "chain138 Bridge: uses Gone, which is not on this chain",
    ]);
  });

  it("refuses contracts that need each other's addresses", () => {
    expect(
      findings(
        define("CCIPRouter", { owner: { contract: "Bridge" }, chainSelector: 1 }),
        define("Bridge", { owner: OWNER, router: { contract: "CCIPRouter" }, weth9: OWNER }),
      ),
    ).toEqual([
      "chain138: CCIPRouter, Bridge need each other's addresses; one has to learn the other's after its deployment",
    ]);
  });

  it("takes whole numbers that fit their type, as numbers or text, and no other", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (number) => {
        const fits = number >= 0n && number < 2n ** 64n;
        const found = findings(define("CCIPRouter", { owner: OWNER, chainSelector: String(number) }));
        expect(found === undefined).toBe(fits);
      }),
    );
  });
});
