import { expect, test } from "vitest";
import { accountOf, idOf, TestNetwork } from "../../qbft/testing";
import { restoreHeads, saveChain } from "./saved-chain";

test("a saved chain goes on where it was: the same head, the same validators, the same votes", () => {
  const net = new TestNetwork(4).startAll().pass(60);
  net.network.node(idOf(0)).proposals.propose(accountOf(3), false);
  net.pass(3_000);
  const head = net.network.stop(idOf(0), net.time);
  const saved = JSON.parse(JSON.stringify(saveChain(net.network.rules, new Map([["volume", head]]))));
  const { heads, root } = restoreHeads(saved);
  const restored = heads.get("volume");
  expect(restored?.number).toBe(head.number);
  expect(restored?.branch.last).toEqual(head.branch.last);
  expect(restored?.branch.last.tally.removing.get(accountOf(3))).toEqual(new Set([accountOf(0)]));
  expect(restored?.branch.block(head.number - 100)).toMatchObject({
    hash: head.branch.block(head.number - 100)?.hash,
    validators: head.branch.last.validators,
  });
  expect(root?.block(0)?.hash).toBe(net.network.rules.genesisHash);

  const again = new TestNetwork(4);
  const chain = restoreHeads(saved);
  const network = new (again.network.constructor as new (...args: unknown[]) => typeof again.network)(
    net.network.rules,
    { near: 1, far: [1, 1], seed: 1 },
    chain.root,
  );
  for (const index of [0, 1, 2]) {
    network.start(again.describe(index), chain.heads.get("volume"), net.time);
  }
  network.advance(net.time + 60_000);
  expect(network.headOf(idOf(0), net.time + 60_000).number).toBeGreaterThan(head.number + 10);
});
