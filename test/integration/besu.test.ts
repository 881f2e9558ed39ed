import { setTimeout as delay } from "node:timers/promises";
import { type Hex, hexToNumber } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOf } from "../../components/contracts/rpc/client";
import { refusal } from "../../components/contracts/rpc/refusal";
import { refusedTransactions } from "./besu/refused-transactions";
import { BesuTrial, PATIENCE, sender } from "./besu/trial";

const command = process.env["CHAINFLEET_BESU"] ?? "";
if (command === "") {
  console.log("Left out: the trials with real Besu. They need CHAINFLEET_BESU, a command that starts Besu.");
}

/** The tests run in this order, because each of them continues with the chain that the one before it left. */
describe.skipIf(command === "")("Besu processes with the options and files of the rendered pods", () => {
  let trial: BesuTrial;

  beforeAll(async () => {
    trial = new BesuTrial();
    await trial.start(command);
    const version = await trial.rpcNode.rpc<string>("web3_clientVersion");
    console.log(`Besu in ${trial.network.nodes.length} processes: ${version}`);
  });

  afterAll(async () => {
    await trial?.close();
  });

  it("make blocks, none of them before the block period has passed", async () => {
    expect(trial.validators).toHaveLength(4);
    await trial.moreBlocks(5);
    const gaps = await trial.gapsFrom(1);
    console.log(`Seconds between blocks: ${gaps.join(", ")}`);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(2);
  });

  it("have the genesis block whose hash the stack outputs, and its validators", async () => {
    const { chain } = await trial.checkout.outputs();
    for (const node of trial.network.nodes) {
      expect(await node.rpc("eth_getBlockByNumber", ["0x0", false])).toMatchObject({
        hash: chain.genesisHash,
      });
      expect(await node.rpc("eth_chainId")).toBe("0x8a");
    }
    const validators = await trial.rpcNode.rpc<Hex[]>("qbft_getValidatorsByBlockNumber", ["latest"]);
    expect([...validators].sort()).toEqual(chain.validators);
  });

  it("are connected to every other validator", async () => {
    const peers = async () =>
      Promise.all(trial.network.nodes.map(async (node) => hexToNumber(await node.rpc<Hex>("net_peerCount"))));
    await expect.poll(peers, PATIENCE).toEqual([4, 4, 4, 4, 4]);
  });

  it("answer the probes of their pods", async () => {
    for (const node of trial.network.nodes) {
      const ready = () => node.probe("readinessProbe");
      await expect.poll(ready, { ...PATIENCE, message: `readiness of ${node.name}` }).toBe(200);
      expect(await node.probe("startupProbe"), node.name).toBe(200);
      expect(await node.probe("livenessProbe"), node.name).toBe(200);
    }
  });

  it("give Prometheus their metrics under the pod's address", async () => {
    for (const node of trial.network.nodes) {
      const { status, body } = await node.get("metrics", "/metrics");
      expect(status, `${node.name}: ${body.slice(0, 200)}`).toBe(200);
      expect(body, node.name).toMatch(/^ethereum_blockchain_height \d/m);
    }
  });

  it("answer at the RPC nodes' Service, and under no name that the program does not allow", async () => {
    const status = async (host: string) =>
      (await trial.rpcNode.get("rpc", "/liveness", { host: `${host}:8545` })).status;
    expect(await status("rpc.chain138-eastus.svc")).toBe(200);
    expect(await status("rpc.chain138-eastus.svc.cluster.local")).toBe(200);
    expect(await status("attacker.example")).toBe(403);
  });

  it("take all contracts of the chain, which fit into one block", async () => {
    await trial.deployContracts();
    const { contracts } = await trial.checkout.outputs();
    const deployed = Object.entries<{ address: Hex; transaction: Hex }>(contracts.chain138);
    expect(deployed).toHaveLength(9);
    const client = clientOf(trial.rpcNode.url);
    const receipts = await Promise.all(
      deployed.map(([, { transaction }]) => client.getTransactionReceipt({ hash: transaction })),
    );
    for (const [name, { address }] of deployed) {
      expect(await client.getCode({ address }), name).toMatch(/^0x[0-9a-f]{100}/);
    }
    // The number of blocks depends on the speed of this machine, so it is only shown.
    console.log(`Blocks of the contracts: ${receipts.map(({ blockNumber }) => blockNumber).join(", ")}`);
    expect(receipts.map(({ status }) => status)).toEqual(receipts.map(() => "success"));
    expect(receipts.reduce((sum, { gasUsed }) => sum + gasUsed, 0n)).toBeLessThanOrEqual(30_000_000n);
  });

  it("fill a block up to its gas limit, and leave the rest for the next one", async () => {
    const first = await trial.rpcNode.head();
    const client = clientOf(trial.rpcNode.url);
    const nonce = await client.getTransactionCount({ address: sender.address });
    const transactions = await Promise.all(
      Array.from({ length: 15 }, (_, index) =>
        sender.signTransaction({
          chainId: 138,
          nonce: nonce + index,
          gas: 5_000_000n,
          gasPrice: 0n,
          data: ENDLESS_LOOP,
        }),
      ),
    );
    const hashes = await Promise.all(
      transactions.map((serializedTransaction) => client.sendRawTransaction({ serializedTransaction })),
    );
    await Promise.all(
      hashes.map((hash) => client.waitForTransactionReceipt({ hash, timeout: PATIENCE.timeout })),
    );
    const blocks = await trial.blocksFrom(first);
    const used = blocks.map(({ gasUsed }) => hexToNumber(gasUsed));
    console.log(
      `Gas of the blocks: ${used.join(", ")}; seconds: ${(await trial.gapsFrom(first)).join(", ")}`,
    );
    expect(Math.max(...used)).toBe(30_000_000);
  });

  describe("refuse a transaction with a sentence that the lane understands", () => {
    it.each([...refusedTransactions])("$name", async ({ expected, transactions }) => {
      const client = clientOf(trial.rpcNode.url);
      const nonce = await client.getTransactionCount({ address: sender.address });
      const [last = "0x", ...others] = (await transactions(nonce)).reverse();
      for (const transaction of others.reverse()) {
        await client.sendRawTransaction({ serializedTransaction: transaction });
      }
      const answer = await client.sendRawTransaction({ serializedTransaction: last }).then(
        (hash) => `accepted as ${hash}`,
        (error: unknown) => refusal(error),
      );
      expect(answer).toBe(expected);
    });
  });

  it("go on without one of four validators, which catches up when it is back", async () => {
    const [stopped, ...others] = trial.validators;
    await stopped?.stop();
    await trial.moreBlocks(5, others);
    await stopped?.start();
    await trial.moreBlocks(1);
    await expect.poll(() => stopped?.probe("readinessProbe"), PATIENCE).toBe(200);
  });

  it("halt without a quorum, and go on after a restart of all validators", async () => {
    const [first, second, ...others] = trial.validators;
    await Promise.all([first?.stop(), second?.stop()]);
    // A proposal that was signed before the second validator stopped may still become a block.
    await delay(2 * PERIOD_MILLISECONDS);
    const halted = await trial.rpcNode.head();
    await delay(5 * PERIOD_MILLISECONDS);
    expect(await trial.rpcNode.head()).toBe(halted);
    await Promise.all(others.map((validator) => validator.stop()));
    await Promise.all(trial.validators.map((validator) => validator.start()));
    await trial.moreBlocks(3);
    console.log(
      `Seconds between the blocks around the halt: ${(await trial.gapsFrom(halted - 1)).join(", ")}`,
    );
  });
});

const PERIOD_MILLISECONDS = 2000;

/** Init code that uses up its gas: JUMPDEST, PUSH1 0, JUMP. */
const ENDLESS_LOOP: Hex = "0x5b600056";
