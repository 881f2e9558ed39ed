import { type Address, decodeFunctionResult, encodeFunctionData, fromRlp, type Hex } from "viem";
import { beforeEach, expect, test } from "vitest";
import {
  VALIDATOR_CONTRACT,
  VALIDATOR_CONTRACT_ABI,
} from "../../../components/besu/genesis/validator-contract";
import { headAt } from "../../qbft/chain";
import { ContractNetwork, keyedAccountOf, proposeData, signedVote } from "../../qbft/contract/testing";
import { idOf } from "../../qbft/testing";
import { restoreHeads, saveChain } from "../service/saved-chain";
import { NodeOptions } from "./options";
import { answer } from "./rpc";

let net: ContractNetwork;

beforeEach(() => {
  net = new ContractNetwork(4).startAll();
  net.start(4);
  net.pass(120);
});

function call(index: number, method: string, ...params: unknown[]) {
  const node = {
    network: net.network,
    id: idOf(index),
    options: new NodeOptions(["--rpc-http-api=ETH,NET,WEB3,QBFT"]),
    release: "26.9.0",
    now: () => net.time,
  };
  const { body } = answer(node, JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  const { result, error } = JSON.parse(body);
  return error ?? result;
}

const founders = [0, 1, 2, 3].map(keyedAccountOf).sort();
const addFifth = proposeData(keyedAccountOf(4), true);
const send = async (index: number, data: Hex, nonce = 0) =>
  call(index, "eth_sendRawTransaction", await signedVote(index, data, { nonce }));

function proposals() {
  const data = encodeFunctionData({ abi: VALIDATOR_CONTRACT_ABI, functionName: "getProposals" });
  return decodeFunctionResult({
    abi: VALIDATOR_CONTRACT_ABI,
    functionName: "getProposals",
    data: call(0, "eth_call", { to: VALIDATOR_CONTRACT, data }, "latest"),
  });
}

test("votes in headers are not enabled", () => {
  for (const [method, ...params] of [
    ["qbft_proposeValidatorVote", founders[0], true],
    ["qbft_discardValidatorVote", founders[0]],
    ["qbft_getPendingVotes"],
  ]) {
    expect(call(0, method as string, ...params)).toEqual({ code: -32604, message: "Method not enabled" });
  }
});

test("headers list no validators", () => {
  const { extraData } = call(0, "eth_getBlockByNumber", "latest", false);
  expect((fromRlp(extraData) as Hex[])[1]).toEqual([]);
  expect(call(0, "qbft_getValidatorsByBlockNumber", "latest")).toEqual(founders);
});

test("the block with the third of four votes says who makes the next one", async () => {
  for (const index of [0, 1]) {
    await send(index, addFifth);
  }
  net.pass(20);
  expect(proposals()).toMatchObject([{ add: true, voters: [expect.anything(), expect.anything()] }]);
  await send(2, addFifth);
  net.pass(60);
  const all = [...founders, keyedAccountOf(4)].sort();
  const height = Number(call(0, "eth_blockNumber"));
  const sets = Array.from({ length: height + 1 }, (_, number) =>
    call(0, "qbft_getValidatorsByBlockNumber", `0x${number.toString(16)}`),
  ) as Address[][];
  const changed = sets.findIndex((set) => set.length === 5);
  expect(sets[changed]).toEqual(all);
  const block = (number: number) => net.network.node(idOf(0)).head.branch.block(number);
  expect(block(changed)?.transactions).toHaveLength(1);
  expect([block(changed)?.validators.length, block(changed + 1)?.validators.length]).toEqual([4, 5]);
  expect(call(0, "qbft_getValidatorsByBlockNumber", "pending")).toEqual(all);
  expect(proposals()).toEqual([]);
  // The new validator takes part.
  net.pass(60);
  const proposers = Array.from(
    { length: 10 },
    (_, back) => block(Number(call(0, "eth_blockNumber")) - back)?.proposer,
  );
  expect(proposers).toContain(keyedAccountOf(4));
});

test("transactions are counted, known, replaced, passed on, and refused as Besu does", async () => {
  const account = keyedAccountOf(0);
  const count = (index: number, block: string) =>
    Number(call(index, "eth_getTransactionCount", account, block));
  expect(await send(0, addFifth)).toMatch(/^0x[0-9a-f]{64}$/);
  expect([count(0, "latest"), count(0, "pending")]).toEqual([0, 1]);
  expect(await send(0, addFifth)).toEqual({ code: -32000, message: "Known transaction" });
  // Another one with the same nonce takes its place.
  const removal = proposeData(founders[0] as Address, false);
  expect(await send(0, removal)).toMatch(/^0x/);
  expect([count(0, "latest"), count(3, "pending")]).toEqual([0, 1]);
  net.pass(10);
  expect([count(0, "latest"), count(3, "pending")]).toEqual([1, 1]);
  expect(proposals()).toEqual([]);
  expect(await send(0, addFifth)).toEqual({ code: -32001, message: "Nonce too low" });
  const withGas = await signedVote(0, addFifth, { nonce: 1, gas: 30_000_001n });
  expect(call(0, "eth_sendRawTransaction", withGas)).toMatchObject({ code: -32005 });
  const elsewhere = await signedVote(0, addFifth, { nonce: 1, chainId: 139 });
  expect(call(0, "eth_sendRawTransaction", elsewhere)).toEqual({ code: -32000, message: "Wrong chainId" });
  expect(call(0, "eth_sendRawTransaction", "0x12")).toMatchObject({ code: -32602 });
  expect(call(0, "eth_call", { to: account, data: "0x" }, "latest")).toMatchObject({ code: -32603 });
});

test("a vote with too little gas, of a stranger, or with a gap before its nonce has no effect", async () => {
  call(0, "eth_sendRawTransaction", await signedVote(0, addFifth, { gas: 30_000n }));
  await send(4, addFifth);
  await send(1, addFifth, 1);
  net.pass(20);
  expect(proposals()).toEqual([]);
  expect(Number(call(1, "eth_getTransactionCount", keyedAccountOf(1), "pending"))).toBe(0);
});

test("a saved chain keeps its contract, its votes and its nonces", async () => {
  await send(0, addFifth);
  net.pass(20);
  const { head } = net.network.node(idOf(0));
  const saved = JSON.parse(JSON.stringify(saveChain(net.network.rules, new Map([["volume", head]]))));
  const restored = restoreHeads(saved).heads.get("volume");
  expect(restored?.branch.last).toEqual(head.branch.last);
  const before = headAt(head.branch, head.number - 2);
  expect(restored?.branch.block(before.number)?.world).toEqual(before.branch.block(before.number)?.world);
});
