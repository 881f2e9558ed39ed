import {
  createPublicClient,
  type Hex,
  http,
  numberToHex,
  type PublicClient,
  parseEther,
  type TransactionReceipt,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { expect } from "vitest";
import { ContractsProject, variableReference } from "../../support/contracts/contracts-project";
import { FaultyAnvil } from "../../support/contracts/faulty-anvil";

/** An account that sends no transactions. */
export const OTHER_ACCOUNT = "0x000000000000000000000000000000000000dEaD";

/** A contracts stack on the real engine, with one chain: a real node that has a block each second. */
export class ContractsStack {
  readonly key = generatePrivateKey();
  readonly sender = privateKeyToAccount(this.key).address;
  #started: { readonly project: ContractsProject; readonly node: FaultyAnvil } | undefined;

  /** Starts the node, pays the sender and creates the stack. @param nodeOptions further options of anvil. */
  async start(...nodeOptions: readonly string[]): Promise<void> {
    const project = await ContractsProject.create({ CHAINFLEET_TEST_KEY: this.key });
    const node = await FaultyAnvil.start(
      ["--chain-id", "138", "--block-time", "1", "--hardfork", "shanghai", ...nodeOptions],
      project.path("anvil.json"),
    );
    this.#started = { project, node };
    await this.setBalance("100");
    project.environment["CHAINFLEET_TEST_RPC"] = node.url;
    project.configure({ chain138: this.chain() });
    expect((await project.run(["stack", "init"])).code).toBe(0);
  }

  async stop(): Promise<void> {
    await this.#started?.node.stop();
    this.#started?.project.remove();
  }

  get project(): ContractsProject {
    return this.#running.project;
  }

  get node(): FaultyAnvil {
    return this.#running.node;
  }

  get client(): PublicClient {
    return createPublicClient({ transport: http(this.node.directUrl) });
  }

  get #running() {
    if (this.#started === undefined) {
      throw new Error("The stack was not started.");
    }
    return this.#started;
  }

  async setBalance(ether: string): Promise<void> {
    await this.node.rpc("anvil_setBalance", [this.sender, numberToHex(parseEther(ether))]);
  }

  /**
   * The config of the chain: WETH9, an aggregator, the proxy whose constructor calls the aggregator, a Safe, and three
   * calls of which the second comes after the first.
   *
   * @param changes Keys of the chain that are replaced.
   * @param contracts Contracts that are added.
   */
  chain(changes: object = {}, contracts: object = {}): ChainConfig {
    const owner = { account: "sender" };
    const grant = { role: { keccak256: "TRANSMITTER" }, account: owner };
    return {
      chainId: 138,
      rpcUrl: variableReference("CHAINFLEET_TEST_RPC"),
      sender: { address: this.sender, keyVariable: "CHAINFLEET_TEST_KEY" },
      contracts: {
        WETH9: {},
        OracleAggregator: {
          args: { admin: owner, decimals: 8, minAnswer: 1, maxAnswer: 9, description: "x" },
        },
        OracleProxy: { args: { owner, aggregator: { contract: "OracleAggregator" } } },
        MultiSig: { args: { owners: [owner], threshold: 1 } },
        ...contracts,
      },
      calls: {
        grant: {
          contract: "OracleAggregator",
          function: "grantRole",
          args: grant,
          done: { function: "hasRole", args: grant, returns: true },
        },
        firstRound: {
          contract: "OracleAggregator",
          function: "transmit",
          args: { answer: 5 },
          after: ["grant"],
          done: { function: "getRoundData", args: [1], returns: { answer: 5 } },
        },
        secondOwner: addOwner(OTHER_ACCOUNT),
      },
      ...changes,
    };
  }

  /** Receipts of the sender's transactions. */
  async receipts(): Promise<TransactionReceipt[]> {
    const last = await this.client.getBlockNumber();
    const receipts: TransactionReceipt[] = [];
    for (let number = 1n; number <= last; number += 1n) {
      const { transactions } = await this.client.getBlock({ blockNumber: number, includeTransactions: true });
      for (const { hash } of transactions.filter(({ from }) => from === this.sender.toLowerCase())) {
        receipts.push(await this.client.getTransactionReceipt({ hash }));
      }
    }
    return receipts;
  }

  /** How many of the sender's transactions are in a block, and how many of them were not reverted. */
  async minedTransactions(): Promise<{ all: number; succeeded: number }> {
    const receipts = await this.receipts();
    return { all: receipts.length, succeeded: receipts.filter(({ status }) => status === "success").length };
  }

  async expectCodeOfAllContracts(): Promise<void> {
    const { contracts } = await this.project.outputs();
    for (const [name, { address }] of Object.entries<{ address: Hex }>(contracts.chain138)) {
      expect(await this.client.getCode({ address }), name).toMatch(/^0x[0-9a-f]{100}/);
    }
  }
}

/** A chain of the config. */
export interface ChainConfig {
  readonly calls: Readonly<Record<string, object>>;
  readonly [key: string]: unknown;
}

/** The call that adds an owner to the Safe. @param owner an address, or a reference to a contract. */
export function addOwner(owner: unknown): object {
  return {
    contract: "MultiSig",
    function: "addOwnerWithThreshold",
    args: { owner, threshold: 1 },
    through: "MultiSig",
    done: { function: "isOwner", args: [owner], returns: true },
  };
}
