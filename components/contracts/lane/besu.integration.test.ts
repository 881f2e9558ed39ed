import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { concat, type Hex, keccak256, numberToHex, padHex, stringToHex } from "viem";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bareArtifact } from "../../../test/support/contracts/bare-artifact";
import { FaultyAnvil } from "../../../test/support/contracts/faulty-anvil";
import { genesisFile } from "../../besu/genesis/genesis";
import { DETERMINISTIC_DEPLOYER } from "../../deterministic-deployer";
import { create2Address, create2Job } from "../deployment/create2";
import { deployerFunding } from "../deployment/deterministic-deployer";
import type { Dependency } from "../deployment/strategy";
import { clientOf } from "../rpc/client";
import { refusal } from "../rpc/refusal";
import { Lane } from "./lane";
import { rpcLaneChain } from "./rpc-lane-chain";

/**
 * A chain as chainfleet's genesis makes it, where nobody owns ether and gas is free: anvil reads the genesis file, and
 * follows Besu's rules and gives Besu's answers.
 */
const CHAIN_ID = 138;
const SALT = numberToHex(1, { size: 32 });
const BLOCK_GAS_LIMIT = 30_000_000;

let folder: string;
let node: FaultyAnvil;
let mining: ReturnType<typeof setInterval> | undefined;
let account: PrivateKeyAccount;
let run = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "chainfleet-besu-"));
  const genesis = genesisFile(
    {
      chainId: CHAIN_ID,
      blockPeriodSeconds: 2,
      requestTimeoutSeconds: 4,
      epochLength: 30_000,
      gasLimit: BLOCK_GAS_LIMIT,
      alloc: {},
      deterministicDeployer: true,
    },
    [],
  );
  writeFileSync(join(folder, "genesis.json"), JSON.stringify(genesis));
  const free = ["--block-base-fee-per-gas", "0", "--gas-price", "0", "--disable-min-priority-fee"];
  const poor = ["--accounts", "1", "--balance", "0", "--disable-default-create2-deployer"];
  node = await FaultyAnvil.start([
    ...["--chain-id", String(CHAIN_ID), "--hardfork", "shanghai", "--no-mining"],
    ...["--init", join(folder, "genesis.json"), ...free, ...poor],
  ]);
  node.kind = "besu";
});

afterAll(async () => {
  await node.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  run += 1;
  account = privateKeyToAccount(generatePrivateKey());
});

afterEach(async () => {
  clearInterval(mining);
  await node.rpc("evm_setBlockGasLimit", [numberToHex(BLOCK_GAS_LIMIT)]);
  await mine();
});

const mine = () => node.rpc("evm_mine");

function startMining(): void {
  mining = setInterval(() => void mine(), 200);
}

function newLane(): Lane {
  const settings = {
    name: "chain 138",
    chainId: CHAIN_ID,
    rpcUrl: node.url,
    maxPending: 16,
    confirmations: 1,
    feeCeiling: 10n ** 12n,
  };
  return new Lane(rpcLaneChain(settings, account));
}

/** Code that stores 32 bytes which no other test stores: PUSH32 runtime, MSTORE at 0, RETURN 32 bytes. */
function library(name: string): Hex {
  const runtime = concat(["0x00", keccak256(stringToHex(`${run} ${name}`))]).slice(0, 66) as Hex;
  return concat(["0x7f", runtime, "0x60005260206000f3"]);
}

/** Code that reverts unless there is code at an address, and stores one byte. */
function dependentOf(address: Hex): Hex {
  // PUSH20 address, EXTCODESIZE, PUSH1 28, JUMPI, PUSH0, PUSH0, REVERT, JUMPDEST (28), PUSH1 1, PUSH0, RETURN.
  return concat(["0x73", address, "0x3b601c575f5ffd5b60015ff3"]);
}

function deploy(lane: Lane, name: string, initCode: Hex, after: readonly Dependency[] = []) {
  const artifact = bareArtifact("0x00");
  const planned = { name, chain: "chain 138", initCode, artifact, after, client: clientOf(node.url) };
  return lane.do(create2Job(planned, SALT));
}

const codeAt = (address: Hex) => node.rpc("eth_getCode", [address, "latest"]);

async function untilPending(count: number): Promise<void> {
  for (;;) {
    const pending = await node.rpc("eth_getTransactionCount", [account.address, "pending"]);
    if (Number(pending) === count) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Sends a transaction of another program with the same key. */
async function sendForeign(changes: { nonce?: number; gas?: bigint; data?: Hex; price?: bigint } = {}) {
  const { nonce = 0, gas = 60_000n, data, price = 0n } = changes;
  const raw = await account.signTransaction({
    chainId: CHAIN_ID,
    type: "eip1559",
    maxFeePerGas: price,
    maxPriorityFeePerGas: price,
    nonce,
    gas,
    ...(data === undefined ? { to: account.address, data: "0x01" } : { data }),
  });
  return clientOf(node.url).request({ method: "eth_sendRawTransaction", params: [raw] }, { retryCount: 0 });
}

describe("a chain on which nobody owns ether", () => {
  it("takes contracts through the deterministic deployer of its genesis, from a sender without balance", async () => {
    startMining();
    const lane = newLane();
    const base = library("base");
    const results = await Promise.all([
      deploy(lane, "base", base),
      deploy(lane, "user", dependentOf(create2Address(SALT, base)), [
        { name: "base", address: create2Address(SALT, base) },
      ]),
    ]);
    expect(results).toMatchObject([
      { kind: "mined", receipt: { succeeded: true } },
      { kind: "mined", receipt: { succeeded: true } },
    ]);
    expect(await codeAt(create2Address(SALT, base))).not.toBe("0x");
  });

  it("says what helps if its genesis lacks the deployer, because nobody can send the ether for it", async () => {
    const code = await codeAt(DETERMINISTIC_DEPLOYER);
    await node.rpc("anvil_setCode", [DETERMINISTIC_DEPLOYER, "0x"]);
    try {
      startMining();
      await expect(newLane().do(deployerFunding(clientOf(node.url)))).rejects.toMatchObject({
        code: "SENDER_CANNOT_PAY",
        next: expect.stringMatching(/Where nobody on the chain has ether to send, set create: create/),
      });
    } finally {
      await node.rpc("anvil_setCode", [DETERMINISTIC_DEPLOYER, code]);
    }
  });
});

describe("a block gas limit that is too low", () => {
  // A constructor that needs some 8.6 million units: it writes to memory at 2 MB, and stores one byte.
  const greedy: Hex = "0x6001622000005260016000f3";

  it("is named for a constructor that runs out of gas, and the arguments are not blamed", async () => {
    await node.rpc("evm_setBlockGasLimit", [numberToHex(5_000_000)]);
    startMining();
    await mine();
    await expect(deploy(newLane(), "greedy", greedy)).rejects.toMatchObject({
      code: "GAS_ABOVE_BLOCK_LIMIT",
      summary: expect.stringMatching(/^greedy on chain 138: .*5,000,000\. Nothing was sent\.$/),
    });
  });

  it("does not hold up a contract whose estimate fits but whose margin does not", async () => {
    await node.rpc("evm_setBlockGasLimit", [numberToHex(9_500_000)]);
    startMining();
    await mine();
    expect(await deploy(newLane(), "greedy", greedy)).toMatchObject({ kind: "mined" });
  });
});

describe("another program with the same key", () => {
  it("replaces a pending contract at the same price: both contracts are created in the end", async () => {
    const lane = newLane();
    const base = library("base");
    const user = dependentOf(create2Address(SALT, base));
    const done = Promise.all([
      deploy(lane, "base", base),
      deploy(lane, "user", user, [{ name: "base", address: create2Address(SALT, base) }]),
    ]);
    await untilPending(2);
    await sendForeign();
    await mine();
    startMining();
    expect(await done).toMatchObject([{ kind: "mined" }, { kind: "mined" }]);
    expect(await codeAt(create2Address(SALT, user))).toBe("0x00");
    const first = await node.rpc("eth_getTransactionBySenderAndNonce", [account.address, "0x0"]);
    expect(first).toMatchObject({ input: "0x01" });
  });
});

describe("the node itself", () => {
  const answerOf = (changes: Parameters<typeof sendForeign>[0]) =>
    sendForeign(changes).then(
      () => "accepted",
      (error: Error & { details: string }) => `${error.details}: ${refusal(error)}`,
    );

  it("refuses what Besu refuses, with Besu's answers", async () => {
    expect(await answerOf({})).toBe("accepted");
    expect(await answerOf({})).toBe("Known transaction: known");
    expect(await answerOf({ gas: 70_000n })).toBe("accepted");
    expect(await answerOf({ gas: BigInt(BLOCK_GAS_LIMIT) + 1n })).toBe(
      "Transaction gas limit exceeds block gas limit: refused",
    );
    expect(await answerOf({ data: padHex("0x", { size: 49_153 }), gas: 20_000_000n })).toBe(
      "Internal error: node error",
    );
    expect(await answerOf({ price: 1n })).toBe("Upfront cost exceeds account balance: cannot pay");
    await mine();
    expect(await answerOf({ gas: 80_000n })).toBe("Nonce too low: nonce used");
  });
});
