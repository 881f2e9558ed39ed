import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { concat, createWalletClient, type Hex, http, keccak256, numberToHex, stringToHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bareArtifact } from "../../../test/support/contracts/bare-artifact";
import { FaultyAnvil } from "../../../test/support/contracts/faulty-anvil";
import { create2Address, create2Job } from "../deployment/create2";
import type { PlannedTransaction } from "../deployment/creation-gas";
import { clientOf } from "../rpc/client";
import type { JobResult } from "./job";
import { Lane } from "./lane";
import { rpcLaneChain } from "./rpc-lane-chain";

/** Nine contracts on a faulty node: every contract is created once at its planned address, and no transaction is stuck. */
const SEED = Number(process.env["CHAINFLEET_TEST_SEED"] ?? Date.now() % 1_000_000);
const BLOCK_SECONDS = 1;
const CHAIN_ID = 138;

let node: FaultyAnvil;
let folder: string;
let run = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "chainfleet-anvil-"));
  node = await FaultyAnvil.start(
    ["--chain-id", String(CHAIN_ID), "--block-time", String(BLOCK_SECONDS)],
    join(folder, "state.json"),
  );
});

afterAll(async () => {
  await node.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  run += 1;
  node.script.length = 0;
  node.poolLimit = Number.POSITIVE_INFINITY;
});

/** Nine contracts that no other test creates. Every third contract depends on the contract before it. */
function creations(): SaltedCreation[] {
  return Array.from({ length: 9 }, (_, index) => {
    const runtime = concat(["0x00", keccak256(stringToHex(`${SEED} ${run} ${index}`))]).slice(0, 66) as Hex;
    return {
      name: `contract-${index}`,
      salt: numberToHex(index, { size: 32 }),
      // PUSH32 runtime, MSTORE at 0, RETURN 32 bytes.
      initCode: concat(["0x7f", runtime, "0x60005260206000f3"]),
      chain: "chain 138",
      artifact: bareArtifact(runtime),
    };
  }).map((creation, index, all) => {
    const before = index % 3 === 2 ? all.slice(index - 1, index) : [];
    const after = before.map(({ name, salt, initCode }) => ({
      name,
      address: create2Address(salt, initCode),
    }));
    return { ...creation, after };
  });
}

async function fundedAccount() {
  const privateKey = generatePrivateKey();
  const account = privateKeyToAccount(privateKey);
  await node.rpc("anvil_setBalance", [account.address, numberToHex(10n ** 20n)]);
  return account;
}

type SaltedCreation = Omit<PlannedTransaction, "client"> & { readonly salt: Hex };
type Account = Awaited<ReturnType<typeof fundedAccount>>;

function laneOf(account: Account, confirmations = 1): Lane {
  return new Lane(
    rpcLaneChain(
      {
        name: "chain 138",
        chainId: CHAIN_ID,
        rpcUrl: node.url,
        maxPending: 16,
        confirmations,
        feeCeiling: 10n ** 12n,
      },
      account,
    ),
  );
}

function deploy(lane: Lane, all: readonly SaltedCreation[]) {
  const client = clientOf(node.url);
  return Promise.all(all.map((creation) => lane.do(create2Job({ ...creation, client }, creation.salt))));
}

function receiptOf(result: JobResult | undefined) {
  return result?.kind === "mined" ? result.receipt : undefined;
}

/** Number of successful transactions with data that an account sent: the contracts that the account created. */
async function creationsOf(account: Account): Promise<number> {
  const client = clientOf(node.directUrl);
  const last = await client.getBlockNumber();
  let count = 0;
  for (let number = 0n; number <= last; number += 1n) {
    const { transactions } = await client.getBlock({ blockNumber: number, includeTransactions: true });
    for (const { from, hash, input } of transactions) {
      if (from === account.address.toLowerCase() && input !== "0x") {
        const { status } = await client.getTransactionReceipt({ hash });
        count += status === "success" ? 1 : 0;
      }
    }
  }
  return count;
}

async function expectAllDeployed(all: readonly SaltedCreation[]): Promise<void> {
  const client = clientOf(node.directUrl);
  for (const creation of all) {
    const code = await client.getCode({ address: create2Address(creation.salt, creation.initCode) });
    expect(code, creation.name).toBe(`0x${creation.initCode.slice(4, 68)}`);
  }
}

describe(`nine contracts on anvil, seed ${SEED}`, () => {
  it("are in one block, or in two if a block ends in between", async () => {
    const all = creations();
    const done = await deploy(laneOf(await fundedAccount()), all);
    const blocks = new Set(done.map((result) => receiptOf(result)?.block));
    expect(blocks.size).toBeLessThanOrEqual(2);
    await expectAllDeployed(all);
  });

  it("cost nothing if they are deployed already", async () => {
    const all = creations();
    await deploy(laneOf(await fundedAccount()), all);
    const second = await fundedAccount();
    expect(await deploy(laneOf(second), all)).toEqual(Array(9).fill({ kind: "already-done" }));
    expect(await creationsOf(second)).toBe(0);
  });

  const faults: Record<string, (account: Account) => Promise<void>> = {
    "the node is restarted": async () => {
      await pause(0.3);
      await node.restart();
    },
    "the mempool drops a transaction": async (account) => {
      const { pending } = (await node.rpc("txpool_content")) as {
        pending: Record<string, Record<string, { hash: Hex }>>;
      };
      const pooled = Object.values(pending[account.address] ?? pending[account.address.toLowerCase()] ?? {});
      await node.rpc("anvil_dropTransaction", [pooled[0]?.hash ?? keccak256("0x")]);
    },
    "another program sends from the same account": (account) => sendForeignTransaction(account),
    "fees rise eightfold": async () => {
      await node.rpc("anvil_setNextBlockBaseFeePerGas", [numberToHex(8n * 10n ** 9n)]);
    },
    "the node answers 429": async () => interrupt(3, 429, { "retry-after": "1" }),
    "the node answers 500": async () => interrupt(6, 500),
    "the node answers with stale nonces": async () => {
      for (let times = 0; times < 6; times += 1) {
        node.script.push({
          method: "eth_getTransactionCount",
          answer: async (call) => {
            const { body } = await node.pass(call);
            const { result } = body as { result: Hex };
            return {
              status: 200,
              body: { jsonrpc: "2.0", id: call.id, result: numberToHex(Math.max(0, Number(result) - 2)) },
            };
          },
        });
      }
    },
    "the mempool accepts only four transactions": async () => {
      node.poolLimit = 4;
    },
    "the answer to a broadcast is lost": async () => {
      node.script.push({
        method: "eth_sendRawTransaction",
        answer: async (call) => {
          await node.pass(call);
          return { status: 502, body: {} };
        },
      });
    },
  };

  for (const [fault, cause] of Object.entries(faults)) {
    it(`are all deployed once although ${fault}`, async () => {
      const all = creations();
      const account = await fundedAccount();
      const deployed = deploy(laneOf(account), all);
      await pause(0.15);
      await cause(account);
      await deployed;
      await expectAllDeployed(all);
      expect(await creationsOf(account)).toBe(9);
    });
  }

  it("pay a plain gas price on a chain without EIP-1559, and wait for their confirmations", async () => {
    const eip1559Node = node;
    node = await FaultyAnvil.start(
      ["--chain-id", String(CHAIN_ID), "--block-time", String(BLOCK_SECONDS), "--hardfork", "berlin"],
      join(folder, "berlin.json"),
    );
    try {
      const all = creations();
      const done = await deploy(laneOf(await fundedAccount(), 3), all);
      await expectAllDeployed(all);
      const first = receiptOf(done[0]);
      const client = clientOf(node.directUrl);
      const { type } = await client.getTransaction({ hash: first?.hash ?? "0x" });
      expect(type).toBe("legacy");
      expect(Number(await client.getBlockNumber())).toBeGreaterThanOrEqual((first?.block ?? 0) + 2);
    } finally {
      await node.stop();
      node = eip1559Node;
    }
  });

  it("are all deployed once although two programs deploy them with one key at the same time", async () => {
    const all = creations();
    const account = await fundedAccount();
    await Promise.all([deploy(laneOf(account), all), deploy(laneOf(account), [...all].reverse())]);
    await expectAllDeployed(all);
    expect(await creationsOf(account)).toBe(9);
  });

  it("are all deployed once whatever faults come together", async () => {
    const mixes = fc.sample(
      fc.noBias(
        fc.array(fc.tuple(fc.constantFrom(...Object.keys(faults)), fc.integer({ min: 0, max: 20 })), {
          minLength: 2,
          maxLength: 5,
        }),
      ),
      { seed: SEED, numRuns: 8 },
    );
    for (const mix of mixes) {
      run += 1;
      node.poolLimit = Number.POSITIVE_INFINITY;
      const all = creations();
      const account = await fundedAccount();
      const deployed = deploy(laneOf(account), all);
      for (const [fault, tenths] of mix) {
        await pause(tenths / 10);
        await faults[fault]?.(account);
      }
      await deployed;
      await expectAllDeployed(all);
      expect(await creationsOf(account), JSON.stringify(mix)).toBe(9);
    }
  });
});

async function sendForeignTransaction(account: Account): Promise<void> {
  const wallet = createWalletClient({ account, transport: http(node.directUrl) });
  await wallet
    .sendTransaction({
      chain: null,
      to: account.address,
      value: 1n,
      maxFeePerGas: 10n ** 11n,
      maxPriorityFeePerGas: 10n ** 9n,
    })
    .catch(() => {
      // Our lane used the chosen nonce in the meantime, as can happen to any other program.
    });
}

function interrupt(times: number, status: number, headers: Record<string, string> = {}): void {
  for (const method of ["eth_sendRawTransaction", "eth_getTransactionCount", "eth_blockNumber"]) {
    for (let time = 0; time < times; time += 1) {
      node.script.push({ method, answer: () => ({ status, headers, body: { error: "busy" } }) });
    }
  }
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
