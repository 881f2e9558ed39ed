import { expect, test } from "vitest";
import { accountOf, idOf, TestNetwork } from "../../qbft/testing";
import { NodeOptions } from "./options";
import { answer } from "./rpc";
import type { RunningNode } from "./running-node";

function nodeOf(net: TestNetwork, index: number, ...args: string[]): RunningNode {
  return {
    network: net.network,
    id: idOf(index),
    options: new NodeOptions(["--rpc-http-api=ETH,NET,WEB3,QBFT", `--p2p-host=198.51.100.${index}`, ...args]),
    release: "26.9.0",
    now: () => net.time,
  };
}

const net = new TestNetwork(4).startAll().pass(120);
const node = nodeOf(net, 0);
const call = (method: string, ...params: unknown[]) => {
  const { body } = answer(node, JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  const { result, error } = JSON.parse(body);
  return error ?? result;
};

test("a node tells its chain", () => {
  const height = net.height(0);
  expect(call("eth_blockNumber")).toBe(`0x${height.toString(16)}`);
  expect(call("eth_chainId")).toBe("0x8a");
  expect(call("eth_syncing")).toBe(false);
  expect(call("net_peerCount")).toBe("0x3");
  expect(call("net_enode")).toBe(`enode://${idOf(0)}@198.51.100.0:30303`);
  const latest = call("eth_getBlockByNumber", "latest", false);
  expect(latest.number).toBe(`0x${height.toString(16)}`);
  expect(call("eth_getBlockByNumber", `0x${(height - 1).toString(16)}`, false).hash).toBe(latest.parentHash);
  expect(call("eth_getBlockByNumber", "earliest", false).hash).toBe(net.network.rules.genesisHash);
  expect(call("eth_getBlockByNumber", "0xffffff", false)).toBeNull();
  expect(call("qbft_getValidatorsByBlockNumber", "latest")).toHaveLength(4);
});

test("the proposers of a range, of which the end is not part, and the validators that proposed nothing", () => {
  expect(call("qbft_getSignerMetrics", "0x1", "0x2")).toHaveLength(4);
  const metrics = call("qbft_getSignerMetrics") as { proposedBlockCount: string }[];
  expect(metrics.reduce((sum, { proposedBlockCount }) => sum + Number(proposedBlockCount), 0)).toBe(
    Math.min(100, net.height(0)),
  );
});

test("votes are proposed, listed and discarded", () => {
  expect(call("qbft_proposeValidatorVote", accountOf(7), true)).toBe(true);
  expect(call("qbft_getPendingVotes")).toEqual({ [accountOf(7)]: true });
  expect(call("qbft_discardValidatorVote", accountOf(7))).toBe(true);
  expect(call("qbft_getPendingVotes")).toEqual({});
});

test.each([
  ["eth_getBlockByNumber", ["now", false], -32602, "Invalid block number params"],
  ["eth_getBlockByNumber", ["latest"], -32602, "Invalid return complete transaction params"],
  ["eth_getBlockByNumber", ["finalized", false], -39001, "Unknown block"],
  ["qbft_proposeValidatorVote", ["0x12", true], -32602, "Invalid address params"],
  ["qbft_proposeValidatorVote", [accountOf(1)], -32602, "Invalid vote type params"],
  ["qbft_getSignerMetrics", ["0x5", "0x5"], -32602, "Invalid block number params"],
  ["admin_peers", [], -32604, "Method not enabled"],
  ["ibft_getPendingVotes", [], -32604, "Method not enabled"],
  ["nothing_here", [], -32601, "Method not found"],
] as const)("%s %j is refused as Besu refuses it", (method, params, code, message) => {
  expect(call(method, ...params)).toEqual({ code, message });
});

test("a batch is answered call by call, and a body that is no JSON with status 400", () => {
  const batch = [
    { jsonrpc: "2.0", id: 1, method: "eth_chainId" },
    { jsonrpc: "2.0", id: 2, method: "admin_peers" },
  ];
  const { status, body } = answer(node, JSON.stringify(batch));
  expect(status).toBe(200);
  expect(JSON.parse(body)).toMatchObject([
    { id: 1, result: "0x8a" },
    { id: 2, error: { code: -32604 } },
  ]);
  expect(answer(node, "{")).toMatchObject({ status: 400 });
  expect(answer(nodeOf(net, 0, "--rpc-http-api=ADMIN"), JSON.stringify(batch[1])).body).toContain("enode://");
});
