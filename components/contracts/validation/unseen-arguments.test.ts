import { type Hex, parseAbi } from "viem";
import { expect, it } from "vitest";
import { bareArtifact } from "../../../test/support/contracts/bare-artifact";
import type { Artifact } from "../build/artifact";
import type { CallDefinition } from "../definitions/definitions";
import { callFindings } from "./call-findings";

const artifact: Artifact = {
  ...bareArtifact("0x00" as Hex),
  name: "Router",
  immutables: [],
  libraries: [],
  abi: parseAbi([
    "function setLane(uint64 selector, uint256 fee)",
    "function start()",
    "function lane(uint64 selector) view returns (bool enabled, uint256 fee)",
  ]),
};

function problemsOf(changes: Partial<CallDefinition>): string[] {
  const key = "contracts.chains.chain138";
  const call: CallDefinition = {
    name: "openLane",
    contract: "Router",
    function: "setLane",
    args: { selector: 7, fee: 5 },
    value: 0n,
    after: [],
    done: { function: "lane", args: [7] },
    configKey: `${key}.calls.openLane`,
    ...changes,
  };
  const router = {
    name: "Router",
    contract: "Router",
    args: {},
    value: 0n,
    method: { kind: "create" },
    configKey: `${key}.contracts.Router`,
  } as const;
  const chain = {
    name: "chain138",
    sender: "0x00000000000000000000000000000000000000aa",
    limits: { codeBytes: 24_576, initCodeBytes: 49_152 },
    contracts: [router],
    calls: [call],
  } as const;
  const context = {
    chain: chain.name,
    sender: chain.sender,
    interfaceNamed: () => undefined,
    interfaceNames: [],
    contractNames: new Map([["chain138", ["Router"]]]),
  } as const;
  return callFindings(chain, call, context, new Map([["Router", artifact]])).map(
    (finding) => `${finding.key} ${finding.problem}`,
  );
}

it("a call with arguments needs a `done` that compares a value, because any answer would count", () => {
  expect(problemsOf({})).toEqual([
    expect.stringMatching(
      /^contracts\.chains\.chain138\.calls\.openLane\.done\.returns is missing: whatever lane returns would count/,
    ),
  ]);
  expect(problemsOf({ done: { function: "lane", args: [7], returns: { fee: 5 } } })).toEqual([]);
});

it("a call without arguments, or with arguments that the view is asked with, needs none", () => {
  expect(problemsOf({ function: "start", args: {} })).toEqual([]);
  expect(problemsOf({ args: { selector: 7, fee: 7 }, done: { function: "lane", args: [7] } })).toEqual([]);
});
