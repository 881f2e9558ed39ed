import { describe, expect, test } from "vitest";
import { type Condition, isFinal, judge, unmetLines } from "./judgement";
import type { ObservedNode } from "./network-status";
import { EXPECTED, HEALTHY, observation, region, validator } from "./testing";

/** The healthy network with a change of its last validator. */
const withLast = (changes: Partial<ObservedNode>) => [
  HEALTHY[0] as (typeof HEALTHY)[0],
  region("westus", validator(2), validator(3, changes)),
];
const conditionsOf = (...args: Parameters<typeof judge>) =>
  judge(...args).unmet.map(({ region: name, node, condition }) => [name, node, condition]);
const later = (head: number) =>
  HEALTHY.map(({ name, nodes }) =>
    region(name, ...nodes.map((node) => ({ ...node, readings: [{ at: 3_000, number: head }] }))),
  );

describe("the judgement of a network", () => {
  test("finds nothing wrong with a healthy one, of which the head has moved", () => {
    expect(judge(HEALTHY, EXPECTED).unmet).toEqual([]);
    expect(judge(later(101), EXPECTED, HEALTHY).unmet).toEqual([]);
  });

  const silent = { observation: undefined };
  test.each<[Condition, Partial<ObservedNode>, string]>([
    ["running", { ...silent, replicas: 0 }, "westus validator-1: stopped"],
    ["running", { ...silent, replicas: undefined }, "westus validator-1: no StatefulSet"],
    ["answering", { ...silent, problem: "refused" }, "westus validator-1: no answer: refused"],
    ["ready", { isReady: false }, "westus validator-1: the pod is not ready"],
    [
      "genesis",
      { observation: observation(100, { genesisHash: "0xbb" }) },
      "westus validator-1: the genesis block is 0xbb, and the network's is 0xaa",
    ],
    ["synced", { observation: observation(93) }, "westus validator-1: 7 blocks behind"],
    ["peers", { observation: observation(100, { peers: 2 }) }, "westus validator-1: 2 of 3 peers"],
  ])("names the node for which %s is not met", (condition, changes, line) => {
    const { unmet } = judge(withLast(changes), EXPECTED);
    expect(unmet).toMatchObject([{ region: "westus", node: "validator-1", condition }]);
    expect(unmetLines(unmet)).toEqual([line]);
  });

  test("compares with the genesis block that is expected, also if all nodes have another one", () => {
    const conditions = conditionsOf(HEALTHY, { ...EXPECTED, genesisHash: "0xcc" });
    expect(conditions.map(([, , condition]) => condition)).toEqual(Array(4).fill("genesis"));
  });

  test("finds a node on another line of blocks of the same chain", () => {
    const onLine = (hash: "0x01" | "0x02") => ({ common: { number: 90, hash } });
    const regions = [
      region("eastus", validator(0, onLine("0x01")), validator(1, onLine("0x01"))),
      region("westus", validator(2, onLine("0x01")), validator(3, onLine("0x02"))),
    ];
    expect(conditionsOf(regions, EXPECTED)).toEqual([["westus", "validator-1", "line"]]);
  });

  test("finds a head that stands still, of all nodes and of one", () => {
    expect(conditionsOf(HEALTHY, EXPECTED, HEALTHY)).toHaveLength(4);
    expect(unmetLines(judge(HEALTHY, EXPECTED, HEALTHY).unmet)).toEqual([
      "eastus validator-0, eastus validator-1, westus validator-0, westus validator-1: the head stands at block 100",
    ]);
    const [east, west] = later(102) as [ReturnType<typeof region>, ReturnType<typeof region>];
    const stuck = [east, region("westus", west.nodes[0] as ObservedNode, validator(3))];
    expect(conditionsOf(stuck, EXPECTED, HEALTHY)).toEqual([["westus", "validator-1", "moving"]]);
  });

  test("has not seen the head of a node move that did not answer before", () => {
    expect(conditionsOf(later(101), EXPECTED, withLast(silent))).toEqual([
      ["westus", "validator-1", "moving"],
    ]);
  });

  test("demands connections to RPC nodes, and of RPC nodes to validators only; a region may lack some", () => {
    const rpc: ObservedNode = {
      ...validator(0),
      name: "rpc-0",
      role: "rpc",
      address: undefined,
      observation: observation(100, { peers: 4 }),
    };
    const regions = [region("eastus", validator(0), validator(1), rpc), HEALTHY[1] as (typeof HEALTHY)[1]];
    const expected = { ...EXPECTED, rpcNodes: 1 };
    expect(unmetLines(judge(regions, expected).unmet)).toEqual([
      "eastus validator-0, eastus validator-1, westus validator-0, westus validator-1: 3 of 4 peers",
    ]);
    expect(conditionsOf(regions, { ...expected, missingPeers: { eastus: 1 } })).toEqual([
      ["westus", "validator-0", "peers"],
      ["westus", "validator-1", "peers"],
    ]);
  });

  test("names a region that does not answer", () => {
    const regions = [HEALTHY[0] as (typeof HEALTHY)[0], { ...region("westus"), error: "no end within 15 s" }];
    const { unmet } = judge(regions, EXPECTED);
    expect(unmetLines(unmet)).toEqual(["westus: no end within 15 s"]);
    expect(unmet.some(isFinal)).toBe(false);
  });

  test("knows what waiting will not mend", () => {
    const finals = (changes: Partial<ObservedNode>) => judge(withLast(changes), EXPECTED).unmet.some(isFinal);
    expect(finals({ ...silent, replicas: 0 })).toBe(true);
    expect(finals({ observation: observation(100, { genesisHash: "0xbb" }) })).toBe(true);
    expect(finals({ ...silent, problem: "refused" })).toBe(false);
    expect(finals({ observation: observation(90, { syncingTo: 100 }) })).toBe(false);
  });
});
