import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Abi,
  type Account,
  type Address,
  createPublicClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  http,
  type TransactionReceipt,
} from "viem";
import { expect } from "vitest";
import type { Checkout } from "../../support/checkout";

/** A contract on one of the dev stack's chains. */
export interface Contract {
  readonly address: Address;
  readonly abi: Abi;
  read(functionName: string, ...args: readonly unknown[]): Promise<unknown>;
  send(transaction: Transaction): Promise<TransactionReceipt>;
}

/** A call that changes the contract. Sending it waits for the receipt and fails if the call was reverted. */
export interface Transaction {
  readonly from: Account;
  readonly functionName: string;
  readonly args?: readonly unknown[];
  /** Ether that is sent along, in wei. @default 0n */
  readonly value?: bigint;
}

/** ABI and creation code of a contract that the stack does not deploy. */
export interface CompiledContract {
  readonly abi: Abi;
  readonly bytecode: Hex;
}

/** The contracts that `chainfleet up` deployed. */
export class DeployedContracts {
  static async open(checkout: Checkout): Promise<DeployedContracts> {
    const environment = checkout.environment();
    const urls = {
      chain138: environment["CHAINFLEET_CHAIN_138_RPC"] ?? "",
      mainnet: environment["CHAINFLEET_CHAIN_MAINNET_RPC"] ?? "",
    };
    return new DeployedContracts(checkout, await checkout.outputs(), urls);
  }

  private constructor(
    private readonly checkout: Checkout,
    // biome-ignore lint/suspicious/noExplicitAny: the stack's outputs are read by path
    private readonly outputs: any,
    private readonly urls: Readonly<Record<string, string>>,
  ) {}

  contract(chain: string, name: string): Contract {
    return this.#contractAt(chain, this.outputs.contracts[chain][name].address, this.#abiOf(name));
  }

  /** Deploys another contract, without constructor arguments. */
  async deploy(chain: string, deployer: Account, { abi, bytecode }: CompiledContract): Promise<Contract> {
    const { writer } = this.#clients(chain);
    const hash = await writer.deployContract({ account: deployer, chain: null, abi, bytecode });
    const { contractAddress } = await this.#successfulReceipt(chain, hash);
    return this.#contractAt(chain, contractAddress ?? "0x", abi);
  }

  async chainId(chain: string): Promise<number> {
    return this.#clients(chain).reader.getChainId();
  }

  #contractAt(chain: string, address: Address, abi: Abi): Contract {
    const { reader, writer } = this.#clients(chain);
    return {
      address,
      abi,
      read: (functionName, ...args) => reader.readContract({ address, abi, functionName, args }),
      send: async ({ from, functionName, args = [], value = 0n }) => {
        const data = encodeFunctionData({ abi, functionName, args });
        const hash = await writer.sendTransaction({ account: from, chain: null, to: address, value, data });
        return this.#successfulReceipt(chain, hash);
      },
    };
  }

  #clients(chain: string) {
    const transport = http(this.urls[chain], { timeout: 30_000 });
    return {
      reader: createPublicClient({ transport, pollingInterval: 100 }),
      writer: createWalletClient({ transport }),
    };
  }

  async #successfulReceipt(chain: string, hash: Hex): Promise<TransactionReceipt> {
    const receipt = await this.#clients(chain).reader.waitForTransactionReceipt({ hash });
    expect(receipt.status).toBe("success");
    return receipt;
  }

  #abiOf(name: string): Abi {
    const builds = this.checkout.path(".chainfleet/contracts");
    const [build = ""] = readdirSync(builds);
    return JSON.parse(readFileSync(join(builds, build, `${name}.sol`, `${name}.json`), "utf8")).abi;
  }
}
