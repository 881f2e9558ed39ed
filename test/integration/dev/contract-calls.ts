import {
  encodeFunctionData,
  type Hex,
  hexToNumber,
  parseEther,
  parseEventLogs,
  slice,
  type TransactionReceipt,
  zeroAddress,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";
import { expect, it } from "vitest";
import type { Checkout } from "../../support/checkout";
import { type CompiledContract, DeployedContracts } from "./deployed-contracts";

/** One of anvil's publicly known accounts, which have ether on both chains. */
const account = (addressIndex: number) =>
  mnemonicToAccount("test test test test test test test test test test test junk", { addressIndex });
const deployer = account(0);
const relayer = account(1);
const secondOwner = account(2);
const alice = account(3);

/** The deployed contracts, each used as its users would use it. */
export function testContractCalls(checkout: Checkout): void {
  const open = () => DeployedContracts.open(checkout);

  it("wraps ether", async () => {
    const contracts = await open();
    for (const [chain, name] of [
      ["chain138", "WETH9"],
      ["mainnet", "WETH10"],
    ] as const) {
      const weth = contracts.contract(chain, name);
      const before = (await weth.read("balanceOf", alice.address)) as bigint;
      await weth.send({ from: alice, functionName: "deposit", value: parseEther("2") });
      expect(await weth.read("balanceOf", alice.address)).toBe(before + parseEther("2"));
    }
  });

  it("sets an allowance by the owner's signature", async () => {
    const contracts = await open();
    const weth10 = contracts.contract("chain138", "WETH10");
    const message = {
      owner: alice.address,
      spender: relayer.address,
      value: 5n,
      nonce: (await weth10.read("nonces", alice.address)) as bigint,
      deadline: 2n ** 60n,
    };
    const signature = await alice.signTypedData({
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
    const [r, s, v] = [slice(signature, 0, 32), slice(signature, 32, 64), hexToNumber(slice(signature, 64))];
    await weth10.send({
      from: relayer,
      functionName: "permit",
      args: [message.owner, message.spender, message.value, message.deadline, v, r, s],
    });
    expect(await weth10.read("allowance", alice.address, relayer.address)).toBe(5n);
  });

  it("grants a flash loan that is repaid in the same transaction", async () => {
    const contracts = await open();
    const weth10 = contracts.contract("chain138", "WETH10");
    const borrower = await contracts.deploy("chain138", alice, compile("Borrower", BORROWER));
    await weth10.send({
      from: alice,
      functionName: "flashLoan",
      args: [borrower.address, weth10.address, parseEther("1000"), "0x"],
    });
    expect(await borrower.read("balanceDuringLoan")).toBe(parseEther("1000"));
    expect(await weth10.read("balanceOf", borrower.address)).toBe(0n);
  });

  for (const version of ["9", "10"]) {
    it(`moves WETH${version} over the bridge to the other chain and back`, async () => {
      const contracts = await open();
      const weth = contracts.contract("chain138", `WETH${version}`);
      const home = contracts.contract("chain138", `CCIPWETH${version}Bridge`);
      const remote = contracts.contract("mainnet", `CCIPWETH${version}Bridge`);
      const amount = parseEther("1");
      await weth.send({ from: alice, functionName: "deposit", value: amount });
      const [balance, minted] = (await Promise.all([
        weth.read("balanceOf", alice.address),
        remote.read("balanceOf", alice.address),
      ])) as [bigint, bigint];
      await weth.send({ from: alice, functionName: "approve", args: [home.address, amount] });
      const lock = await home.send({ from: alice, functionName: "lock", args: [alice.address, amount] });
      expect(await weth.read("balanceOf", alice.address)).toBe(balance - amount);
      await relay(contracts, lock, { source: "chain138", destination: "mainnet" });
      expect(await remote.read("balanceOf", alice.address)).toBe(minted + amount);
      expect(await home.read("locked")).toBe(await remote.read("totalSupply"));
      const redeem = await remote.send({
        from: alice,
        functionName: "redeem",
        args: [alice.address, amount],
      });
      await relay(contracts, redeem, { source: "mainnet", destination: "chain138" });
      expect(await weth.read("balanceOf", alice.address)).toBe(balance);
      expect(await home.read("locked")).toBe(await remote.read("totalSupply"));
    });
  }

  it("updates the oracle, whose proxy returns the new answer", async () => {
    const contracts = await open();
    const proxy = contracts.contract("mainnet", "OracleProxy");
    const aggregator = contracts.contract("mainnet", "OracleAggregator");
    const [roundBefore] = (await aggregator.read("latestRoundData")) as [bigint];
    await aggregator.send({ from: deployer, functionName: "transmit", args: [345_600_000_000n] });
    const [round, answer] = (await proxy.read("latestRoundData")) as [bigint, bigint];
    expect(answer).toBe(345_600_000_000n);
    // The proxy's round id is its phase in the upper bits and the aggregator's round in the lower 64.
    expect(round & (2n ** 64n - 1n)).toBe(roundBefore + 1n);
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
    const call = [weth9.address, 0n, data, 0, 0n, 0n, 0n, zeroAddress, zeroAddress] as const;
    const hash = (await safe.read("getTransactionHash", ...call, await safe.read("nonce"))) as Hex;
    const signature = await secondOwner.sign({ hash });
    await safe.send({ from: alice, functionName: "execTransaction", args: [...call, signature] });
    expect(await weth9.read("allowance", safe.address, alice.address)).toBe(7n);
  });
}

/** Acts as the off-ramp: delivers the messages of a receipt to the other chain's router, which executes them. */
async function relay(
  contracts: DeployedContracts,
  receipt: TransactionReceipt,
  route: { readonly source: string; readonly destination: string },
): Promise<void> {
  const { abi } = contracts.contract(route.source, "CCIPRouter");
  const destination = contracts.contract(route.destination, "CCIPRouter");
  const sent = parseEventLogs({ abi, logs: receipt.logs, eventName: "CCIPMessageSent" });
  expect(sent).toHaveLength(1);
  for (const { args } of sent) {
    const { encodedMessage, messageId } = args as unknown as { encodedMessage: Hex; messageId: Hex };
    const delivery = await destination.send({
      from: relayer,
      functionName: "execute",
      args: [encodedMessage, 0],
    });
    const states = parseEventLogs({ abi, logs: delivery.logs, eventName: "ExecutionStateChanged" });
    expect(states.map((state) => state.args)).toMatchObject([{ messageId, state: EXECUTED }]);
  }
}

/** A state of CCIP's messages, `MessageExecutionState.SUCCESS`. */
const EXECUTED = 2;

const BORROWER = `
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;
interface Token { function balanceOf(address) external view returns (uint256); function approve(address, uint256) external returns (bool); }
contract Borrower {
    uint256 public balanceDuringLoan;
    function onFlashLoan(address, address token, uint256 amount, uint256 fee, bytes calldata) external returns (bytes32) {
        balanceDuringLoan = Token(token).balanceOf(address(this));
        Token(token).approve(token, amount + fee);
        return keccak256("ERC3156FlashBorrower.onFlashLoan");
    }
}`;

function compile(name: string, source: string): CompiledContract {
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
