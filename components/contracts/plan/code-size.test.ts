import { type Hex, padHex, parseAbi } from "viem";
import { expect, it } from "vitest";
import type { Artifact } from "../build/artifact";
import type { ContractDefinition } from "../definitions/definitions";
import { planContracts } from "./plan";

const bytes = (count: number): Hex => padHex("0x", { size: count });

function artifact(name: string, sizes: { readonly creation: number; readonly runtime: number }): Artifact {
  return {
    name,
    // The one argument takes 32 bytes of the init code.
    abi: parseAbi(["constructor(address owner)"]),
    creationCode: bytes(sizes.creation),
    runtimeCode: bytes(sizes.runtime),
    immutables: [],
    libraries: [],
    metadata: {
      compiler: { version: "" },
      language: "Solidity",
      sources: {},
      settings: { compilationTarget: {} },
    },
  };
}

const artifacts = new Map(
  [
    artifact("Largest", { creation: 49_120, runtime: 24_576 }),
    artifact("LongCode", { creation: 30_000, runtime: 24_577 }),
    artifact("LongInitCode", { creation: 49_121, runtime: 1 }),
  ].map((one) => [one.name, one]),
);

function problems(
  names: readonly string[],
  changes: { readonly codeBytes?: number; readonly method?: ContractDefinition["method"] } = {},
): string[] {
  const plan = planContracts(
    [
      {
        name: "chain138",
        sender: "0x000000000000000000000000000000000000dEaD",
        limits: { codeBytes: changes.codeBytes ?? 24_576, initCodeBytes: 49_152 },
        contracts: names.map((name, index) => ({
          name,
          contract: name,
          // Each contract refers to the one after it, whose address a plain creation does not know in advance.
          args: {
            owner: names[index + 1] === undefined ? { account: "sender" } : { contract: names[index + 1] },
          },
          method: changes.method ?? { kind: "create2", salt: "1" },
          value: 0n,
          configKey: name,
        })) as ContractDefinition[],
        calls: [],
      },
    ],
    artifacts,
  );
  return plan.kind === "findings" ? plan.findings.map(({ key, problem }) => `${key} ${problem}`) : [];
}

it("accepts a contract that has exactly the largest code and the largest init code with its arguments", () => {
  expect(problems(["Largest"])).toEqual([]);
});

it.each<ContractDefinition["method"]>([{ kind: "create2", salt: "1" }, { kind: "create" }])(
  "names every contract that is too long before anything is sent, deployed by $kind",
  (method) => {
    const found = problems(["LongCode", "Largest", "LongInitCode"], { method }).sort();
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(
      /^LongCode creates LongCode with 24,577 bytes of code; the chain stores at most 24,576 \(EIP-170\)/,
    );
    expect(found[1]).toMatch(/^LongInitCode .* 49,153 bytes of init code, .* at most 49,152 \(EIP-3860\)/);
  },
);

it("obeys the limit of a chain that stores more, and does not measure a contract that exists already", () => {
  expect(problems(["LongCode"], { codeBytes: 24_577 })).toEqual([]);
  const method = { kind: "existing", address: "0x000000000000000000000000000000000000dEaD" } as const;
  expect(problems(["LongCode", "LongInitCode"], { method })).not.toContainEqual(
    expect.stringMatching(/bytes of/),
  );
});
