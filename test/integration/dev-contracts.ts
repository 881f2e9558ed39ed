import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Abi,
  type Account,
  type Address,
  createPublicClient,
  createWalletClient,
  decodeAbiParameters,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  http,
  parseEther,
  parseEventLogs,
  type TransactionReceipt,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { expect, it } from "vitest";
import type { Checkout } from "../support/checkout";

/** Anvil's publicly known accounts, which have ether on both chains: nothing secret. */
const account = (addressIndex: number): Account =>
  mnemonicToAccount("test test test test test test test test test test test junk", { addressIndex });
const deployer = account(0);
const relayer = account(1);
const secondOwner = account(2);
const alice = account(3);

/** A contract of the dev stack, called as a user would. */
interface Contract {
  readonly address: Address;
  readonly abi: Abi;
  read(functionName: string, ...args: unknown[]): Promise<unknown>;
  /** Sends a transaction and waits for its block; throws if it was reverted. */
  send(from: Account, value: bigint, functionName: string, ...args: unknown[]): Promise<TransactionReceipt>;
}

/** The contracts that `make up` deployed, by chain. */
class DeployedContracts {
  readonly #urls: Readonly<Record<string, string>>;

  constructor(
    readonly checkout: Checkout,
    // biome-ignore lint/suspicious/noExplicitAny: the stack's outputs, read by path
    readonly outputs: any,
  ) {
    const environment = checkout.environment();
    this.#urls = {
      chain138: environment["CHAINFLEET_CHAIN_138_RPC"] ?? "",
      mainnet: environment["CHAINFLEET_CHAIN_MAINNET_RPC"] ?? "",
    };
  }

  contract(chain: string, name: string): Contract {
    const { abi } = this.#artifact(name);
    return this.at(chain, this.outputs.contracts[chain][name].address, abi);
  }

  at(chain: string, address: Address, abi: Abi): Contract {
    const { reader, writer } = this.#clients(chain);
    return {
      address,
      abi,
      read: (functionName, ...args) => reader.readContract({ address, abi, functionName, args }),
      send: async (from, value, functionName, ...args) => {
        const data = encodeFunctionData({ abi, functionName, args });
        const hash = await writer.sendTransaction({ account: from, chain: null, to: address, value, data });
        return this.#succeeded(chain, hash);
      },
    };
  }

  async deploy(chain: string, abi: Abi, bytecode: Hex, ...args: unknown[]): Promise<Contract> {
    const { writer } = this.#clients(chain);
    const hash = await writer.deployContract({ account: alice, chain: null, abi, bytecode, args });
    const { contractAddress } = await this.#succeeded(chain, hash);
    return this.at(chain, contractAddress ?? "0x", abi);
  }

  async chainId(chain: string): Promise<number> {
    return this.#clients(chain).reader.getChainId();
  }

  #clients(chain: string) {
    const transport = http(this.#urls[chain], { timeout: 30_000 });
    return {
      reader: createPublicClient({ transport, pollingInterval: 100 }),
      writer: createWalletClient({ transport }),
    };
  }

  async #succeeded(chain: string, hash: Hex): Promise<TransactionReceipt> {
    const receipt = await this.#clients(chain).reader.waitForTransactionReceipt({ hash });
    expect(receipt.status).toBe("success");
    return receipt;
  }

  #artifact(name: string): { abi: Abi } {
    const builds = this.checkout.path(".chainfleet/contracts");
    const [build = ""] = readdirSync(builds);
    const file = join(builds, build, `${name}.sol`, `${name}.json`);
    return JSON.parse(readFileSync(file, "utf8"));
  }
}

/** The off-ramp: takes the messages of a receipt to the other chain's router, which executes them. */
async function relay(
  contracts: DeployedContracts,
  receipt: TransactionReceipt,
  from: string,
  to: string,
): Promise<void> {
  const source = contracts.contract(from, "CCIPRouter");
  const sourceChainSelector = await source.read("chainSelector");
  for (const { args } of parseEventLogs({ abi: source.abi, logs: receipt.logs, eventName: "MessageSent" })) {
    const { messageId, sender, receiver, data, gasLimit } = args as unknown as Message;
    const [target] = decodeAbiParameters([{ type: "address" }], receiver);
    const delivered = await contracts.contract(to, "CCIPRouter").send(
      relayer,
      0n,
      "deliver",
      {
        messageId,
        sourceChainSelector,
        sender: encodeAbiParameters([{ type: "address" }], [sender]),
        data,
        destTokenAmounts: [],
      },
      target,
      gasLimit,
    );
    expect(
      parseEventLogs({ abi: source.abi, logs: delivered.logs, eventName: "MessageExecuted" }),
    ).toHaveLength(1);
  }
}

interface Message {
  readonly messageId: Hex;
  readonly sender: Address;
  readonly receiver: Hex;
  readonly data: Hex;
  readonly gasLimit: bigint;
}

/** Calls through everything that `make up` deployed; the tests of the dev network run it. */
export function testContracts(checkout: Checkout): void {
  const open = async () => new DeployedContracts(checkout, await checkout.outputs());

  it("wraps ether", async () => {
    const contracts = await open();
    for (const [chain, name] of [
      ["chain138", "WETH9"],
      ["mainnet", "WETH10"],
    ] as const) {
      const weth = contracts.contract(chain, name);
      const before = (await weth.read("balanceOf", alice.address)) as bigint;
      await weth.send(alice, parseEther("2"), "deposit");
      expect(await weth.read("balanceOf", alice.address)).toBe(before + parseEther("2"));
    }
  });

  it("permits by signature", async () => {
    const contracts = await open();
    const weth10 = contracts.contract("chain138", "WETH10");
    const message = {
      owner: alice.address,
      spender: relayer.address,
      value: 5n,
      nonce: (await weth10.read("nonces", alice.address)) as bigint,
      deadline: 2n ** 60n,
    };
    const signature = await sign(alice, {
      domain: {
        name: "Wrapped Ether v10",
        version: "1",
        chainId: await contracts.chainId("chain138"),
        verifyingContract: weth10.address,
      },
      types: {
        Permit: [
          { name: "owner", type: "address" },
          { name: "spender", type: "address" },
          { name: "value", type: "uint256" },
          { name: "nonce", type: "uint256" },
          { name: "deadline", type: "uint256" },
        ],
      },
      primaryType: "Permit",
      message,
    });
    const { r, s, v } = split(signature);
    await weth10.send(
      relayer,
      0n,
      "permit",
      ...[message.owner, message.spender, message.value, message.deadline, v, r, s],
    );
    expect(await weth10.read("allowance", alice.address, relayer.address)).toBe(5n);
  });

  it("lends by flash mint", async () => {
    const contracts = await open();
    const weth10 = contracts.contract("chain138", "WETH10");
    const { abi, bytecode } = compile("Borrower", BORROWER);
    const borrower = await contracts.deploy("chain138", abi, bytecode);
    await weth10.send(alice, 0n, "flashLoan", borrower.address, weth10.address, parseEther("1000"), "0x");
    expect(await borrower.read("had")).toBe(parseEther("1000"));
    expect(await weth10.read("balanceOf", borrower.address)).toBe(0n);
  });

  it("takes WETH over the bridge to the other chain and back", async () => {
    const contracts = await open();
    for (const version of ["9", "10"]) {
      const weth = contracts.contract("chain138", `WETH${version}`);
      const home = contracts.contract("chain138", `CCIPWETH${version}Bridge`);
      const away = contracts.contract("mainnet", `CCIPWETH${version}Bridge`);
      const amount = parseEther("1");
      await weth.send(alice, amount, "deposit");
      const [had, minted] = (await Promise.all([
        weth.read("balanceOf", alice.address),
        away.read("balanceOf", alice.address),
      ])) as [bigint, bigint];
      await weth.send(alice, 0n, "approve", home.address, amount);
      const locked = await home.send(alice, 0n, "lock", alice.address, amount);
      expect(await weth.read("balanceOf", alice.address)).toBe(had - amount);
      await relay(contracts, locked, "chain138", "mainnet");
      expect(await away.read("balanceOf", alice.address)).toBe(minted + amount);
      expect(await home.read("locked")).toBe(await away.read("totalSupply"));
      const redeemed = await away.send(alice, 0n, "redeem", alice.address, amount);
      await relay(contracts, redeemed, "mainnet", "chain138");
      expect(await weth.read("balanceOf", alice.address)).toBe(had);
      expect(await home.read("locked")).toBe(await away.read("totalSupply"));
    }
  });

  it("updates the oracle and reads it through the proxy", async () => {
    const contracts = await open();
    const proxy = contracts.contract("mainnet", "OracleProxy");
    const aggregator = contracts.contract("mainnet", "OracleAggregator");
    const [before] = (await aggregator.read("latestRoundData")) as [bigint];
    await aggregator.send(deployer, 0n, "transmit", 345_600_000_000n);
    const [round, answer] = (await proxy.read("latestRoundData")) as [bigint, bigint];
    expect(answer).toBe(345_600_000_000n);
    // The proxy puts its phase before the aggregator's round.
    expect(round & (2n ** 64n - 1n)).toBe(before + 1n);
  });

  it("executes a transaction of the MultiSig that its second owner signed", async () => {
    const contracts = await open();
    const safe = contracts.contract("chain138", "MultiSig");
    const weth9 = contracts.contract("chain138", "WETH9");
    const data = encodeFunctionData({
      abi: weth9.abi,
      functionName: "approve",
      args: [alice.address, 7n],
    });
    const zero = "0x0000000000000000000000000000000000000000";
    const call = [weth9.address, 0n, data, 0, 0n, 0n, 0n, zero, zero] as const;
    const hash = (await safe.read("getTransactionHash", ...call, await safe.read("nonce"))) as Hex;
    const signature = await signHash(secondOwner, hash);
    await safe.send(alice, 0n, "execTransaction", ...call, signature);
    expect(await weth9.read("allowance", safe.address, alice.address)).toBe(7n);
  });
}

const BORROWER = `
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;
interface Token { function balanceOf(address) external view returns (uint256); function approve(address, uint256) external returns (bool); }
contract Borrower {
    uint256 public had;
    function onFlashLoan(address, address token, uint256 amount, uint256 fee, bytes calldata) external returns (bytes32) {
        had = Token(token).balanceOf(address(this));
        Token(token).approve(token, amount + fee);
        return keccak256("ERC3156FlashBorrower.onFlashLoan");
    }
}`;

function compile(name: string, source: string): { abi: Abi; bytecode: Hex } {
  const solc = require("solc") as { compile(input: string): string };
  const { contracts } = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: "Solidity",
        sources: { [name]: { content: source } },
        settings: { evmVersion: "shanghai", outputSelection: { "*": { "*": ["abi", "evm.bytecode"] } } },
      }),
    ),
  );
  const { abi, evm } = contracts[name][name];
  return { abi, bytecode: `0x${evm.bytecode.object}` };
}

function sign(signer: Account, data: Parameters<NonNullable<Account["signTypedData"]>>[0]): Promise<Hex> {
  return (signer.signTypedData as (data: unknown) => Promise<Hex>)(data);
}

function signHash(signer: Account, hash: Hex): Promise<Hex> {
  return (signer.sign as (options: { hash: Hex }) => Promise<Hex>)({ hash });
}

function split(signature: Hex): { r: Hex; s: Hex; v: number } {
  return {
    r: `0x${signature.slice(2, 66)}`,
    s: `0x${signature.slice(66, 130)}`,
    v: Number.parseInt(signature.slice(130), 16),
  };
}
