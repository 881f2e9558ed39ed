import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import {
  createPublicClient,
  type Hex,
  http,
  numberToHex,
  parseEther,
  parseGwei,
  type TransactionReceipt,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ContractsProject } from "../support/contracts-project";
import { TroubledAnvil } from "../support/troubled-anvil";

/** The contracts stack on the real engine and a real node, through its life and through kills at seeded moments. */
const SEED = Number(process.env["CHAINFLEET_TEST_SEED"] ?? Date.now() % 1_000_000);
const ROUNDS = 10;
const KILLS_A_ROUND = 5;
const key = generatePrivateKey();
const sender = privateKeyToAccount(key).address;

let node: TroubledAnvil;
let project: ContractsProject;

beforeAll(async () => {
  project = await ContractsProject.create({ CHAINFLEET_TEST_KEY: key });
  node = await TroubledAnvil.start(
    [
      "--chain-id",
      "138",
      "--block-time",
      "1",
      "--hardfork",
      "shanghai",
      "--disable-default-create2-deployer",
    ],
    project.path("anvil.json"),
  );
  await node.rpc("anvil_setBalance", [sender, numberToHex(parseEther("100"))]);
  project.environment["CHAINFLEET_TEST_RPC"] = node.url;
  project.configure({ chain138: chain() });
  expect((await project.run(["stack", "init"])).code).toBe(0);
});

afterAll(async () => {
  await node?.stop();
  project?.remove();
});

/** WETH9, an aggregator and the proxy whose constructor calls it, a Safe; and calls, one after the other. */
function chain(changes: object = {}, contracts: object = {}): object {
  return {
    chainId: 138,
    rpcUrl: "$" + "{CHAINFLEET_TEST_RPC}",
    sender: { address: sender, keyVariable: "CHAINFLEET_TEST_KEY" },
    contracts: {
      WETH9: {},
      OracleAggregator: {
        args: { admin: { account: "sender" }, decimals: 8, minAnswer: 1, maxAnswer: 9, description: "x" },
      },
      OracleProxy: { args: { owner: { account: "sender" }, aggregator: { contract: "OracleAggregator" } } },
      MultiSig: { args: { owners: [{ account: "sender" }], threshold: 1 } },
      ...contracts,
    },
    calls: {
      grant: {
        contract: "OracleAggregator",
        function: "grantRole",
        args: { role: { keccak256: "TRANSMITTER" }, account: { account: "sender" } },
        done: {
          function: "hasRole",
          args: { role: { keccak256: "TRANSMITTER" }, account: { account: "sender" } },
          returns: true,
        },
      },
      firstRound: {
        contract: "OracleAggregator",
        function: "transmit",
        args: { answer: 5 },
        after: ["grant"],
        done: { function: "getRoundData", args: [1] },
      },
      secondOwner: {
        contract: "MultiSig",
        function: "addOwnerWithThreshold",
        args: { owner: OTHER, threshold: 1 },
        through: "MultiSig",
        done: { function: "isOwner", args: [OTHER], returns: true },
      },
    },
    ...changes,
  };
}

const OTHER = "0x000000000000000000000000000000000000dEaD";
const client = () => createPublicClient({ transport: http(node.directUrl) });

/** Receipts of the sender's transactions. */
async function receipts(): Promise<TransactionReceipt[]> {
  const last = await client().getBlockNumber();
  const found: TransactionReceipt[] = [];
  for (let number = 1n; number <= last; number += 1n) {
    const { transactions } = await client().getBlock({ blockNumber: number, includeTransactions: true });
    for (const { hash } of transactions.filter(({ from }) => from === sender.toLowerCase())) {
      found.push(await client().getTransactionReceipt({ hash }));
    }
  }
  return found;
}

/** The sender's transactions in blocks, and how many of them were not reverted. */
async function sent(): Promise<{ all: number; succeeded: number }> {
  const all = await receipts();
  return { all: all.length, succeeded: all.filter(({ status }) => status === "success").length };
}

async function expectAllThere(): Promise<void> {
  const { contracts } = await project.outputs();
  for (const [name, { address }] of Object.entries<{ address: Hex }>(contracts.chain138)) {
    expect(await client().getCode({ address }), name).toMatch(/^0x[0-9a-f]{100}/);
  }
}

describe(`contracts, seed ${SEED}`, () => {
  it("shows addresses in the preview, without a key, and says all that is missing before anything is sent", async () => {
    const keyless = { CHAINFLEET_TEST_KEY: "", CHAINFLEET_TEST_RPC: "" };
    const preview = await project.run(["preview", "--json"], keyless);
    expect(preview.code, preview.output).toBe(0);
    const planned = JSON.parse(preview.output).steps.flatMap(
      ({ newState }: { newState?: { inputs?: { plannedAddress?: string } } }) =>
        newState?.inputs?.plannedAddress ?? [],
    );
    expect(new Set(planned).size).toBe(4);

    const refused = await project.up(keyless);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("names the environment variable CHAINFLEET_TEST_RPC, which is not set");
    expect(refused.output).toContain("The environment variable CHAINFLEET_TEST_KEY is not set");
    const noKey = await project.up({ CHAINFLEET_TEST_KEY: "0x1234" });
    expect(noKey.output).toContain("has no private key (0x and 64 hex digits)");
    expect(noKey.output).not.toContain("0x1234");
    const another = await project.up({ CHAINFLEET_TEST_KEY: generatePrivateKey() });
    expect(another.output).toMatch(new RegExp(`has the key of 0x\\w{40}; the config's sender is ${sender}`));
    expect(await sent()).toEqual({ all: 0, succeeded: 0 });
  });

  it("does not show the endpoint's URL when the node does not answer: it may have a key in it", async () => {
    // Not one of the ports that fetch refuses by itself.
    const silent = { CHAINFLEET_TEST_RPC: "http://127.0.0.1:2/a-key-in-the-path" };
    const up = await project.up(silent);
    expect(up.code).not.toBe(0);
    expect(up.output).toContain("(ECONNREFUSED)");
    expect(up.output).toContain("chainfleet:contracts.chains.chain138.rpcUrl, from CHAINFLEET_TEST_RPC.");
    expect(up.output).not.toContain("What was sent");
    project.configure({ chain138: chain({ chainId: 139 }) });
    expect((await project.up()).output).toContain(
      "chain138: its endpoint is chain 138, and the config says 139. Nothing was sent.",
    );
    project.configure({ chain138: chain() });
    const gas = await project.chainfleet(["contracts", "gas", "--stack", "test"], silent);
    expect(gas.code).toBe(1);
    expect(up.output + gas.output + project.stateText()).not.toContain("a-key-in-the-path");
  });

  it("says what the sender lacks before the first transaction", async () => {
    await node.rpc("anvil_setBalance", [sender, numberToHex(parseEther("0.0001"))]);
    const poor = await project.up();
    expect(poor.code).not.toBe(0);
    expect(poor.output).toMatch(/has 0\.0001 ether; .* up to 0\.01\d* ether .*None of them was sent/);
    expect(await sent()).toEqual({ all: 0, succeeded: 0 });
    await node.rpc("anvil_setBalance", [sender, numberToHex(parseEther("100"))]);
  });

  it("puts the deployer on a chain that lacks it, deploys at the planned addresses, and makes the calls", async () => {
    const planned = (await project.preview()).flatMap(({ inputs }) => inputs["plannedAddress"] ?? []);
    const up = await project.up();
    expect(up.code, up.output).toBe(0);
    const { contracts } = await project.outputs();
    expect(
      new Set(Object.values<{ address: Hex }>(contracts.chain138).map(({ address }) => address)),
    ).toEqual(new Set(planned));
    await expectAllThere();
    // The deployer's fee, four contracts, three calls.
    expect(await sent()).toEqual({ all: 8, succeeded: 8 });
    // The deployer's own transaction pays 100 gwei; those after it do not follow.
    for (const { effectiveGasPrice } of await receipts()) {
      expect(effectiveGasPrice).toBeLessThan(parseGwei("5"));
    }
    expect(project.stateText().includes(key.slice(2))).toBe(false);
    expect(project.stateText().includes(node.url)).toBe(false);
    expect(await project.preview()).toEqual([]);
  });

  it("takes everything over, transactions and blocks included, when the state was lost", async () => {
    const before = await project.outputs();
    await project.loseState();
    const up = await project.up();
    expect(up.code, up.output).toBe(0);
    expect(await sent()).toEqual({ all: 8, succeeded: 8 });
    expect(await project.outputs()).toEqual(before);
  });

  it("shows what a changed source changes and nothing else; a changed provider changes nothing", async () => {
    const provider = project.path("components/contracts/deployment/deployment-provider.ts");
    writeFileSync(provider, `// A comment.\n${readFileSync(provider, "utf8")}`);
    expect(await project.preview()).toEqual([]);

    const source = project.path("contracts/src/oracle/OracleAggregator.sol");
    const original = readFileSync(source, "utf8");
    writeFileSync(source, `${original}\n// Another version.\n`);
    const steps = await project.preview();
    const replaced = new Map(
      steps.filter(({ op }) => op === "replace").map(({ name, inputs }) => [name, inputs["plannedAddress"]]),
    );
    expect([...replaced.keys()].sort()).toEqual(["chain138-OracleAggregator", "chain138-OracleProxy"]);
    const { contracts } = await project.outputs();
    expect(replaced.get("chain138-OracleProxy")).not.toBe(contracts.chain138.OracleProxy.address);
    const others = steps.map(({ name }) => name).filter((name) => !replaced.has(name));
    expect([...new Set(others)].sort()).toEqual(["chain138-firstRound", "chain138-grant"]);
    writeFileSync(source, original);
    expect(await project.preview()).toEqual([]);
  });

  it("refuses what is not the contract it should be, with both hashes, and takes what is", async () => {
    const { contracts } = await project.outputs();
    const { WETH9, MultiSig } = contracts.chain138;
    project.configure({ chain138: chain({}, { WETH10: { at: MultiSig.address } }) });
    const refused = await project.up();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/is not the expected code\.\s+found: +0x\w{64}\s+expected: 0x\w{64}/);
    const codeHash = /with `codeHash: "(0x\w{64})"`/.exec(refused.output)?.[1];
    project.configure({ chain138: chain({}, { WETH10: { at: MultiSig.address, codeHash } }) });
    const trusted = await project.up();
    expect(trusted.code, trusted.output).toBe(0);
    project.configure({ chain138: chain({}, { Wrapped: { contract: "WETH9", at: WETH9.address } }) });
    const taken = await project.up();
    expect(taken.code, taken.output).toBe(0);
    expect((await project.outputs()).contracts.chain138.Wrapped).toEqual({
      address: WETH9.address,
      transaction: "",
      block: 0,
    });
  });

  it("makes a contract by a plain transaction, once, and hands its address to what uses it", async () => {
    const aggregator = {
      contract: "OracleAggregator",
      create: "create",
      args: { admin: OTHER, decimals: 8, minAnswer: 1, maxAnswer: 9, description: "plain" },
    };
    const proxy = {
      contract: "OracleProxy",
      args: { owner: OTHER, aggregator: { contract: "PlainAggregator" } },
    };
    project.configure({ chain138: chain({}, { PlainProxy: proxy, PlainAggregator: aggregator }) });
    const before = await sent();
    const up = await project.up();
    expect(up.code, up.output).toBe(0);
    const outputs = await project.outputs();
    expect((await sent()).succeeded - before.succeeded).toBe(2);
    await expectAllThere();
    await project.loseState();
    expect((await project.up()).code).toBe(0);
    expect((await sent()).succeeded - before.succeeded).toBe(2);
    expect(await project.outputs()).toEqual(outputs);
  });

  it("takes the endpoint from the outputs of a network's stack", async () => {
    await project.stackWithOutputs("net", {
      regions: [{ name: "eastus" }, { name: "westeurope", rpcUrl: node.url }],
    });
    const endpoint = { rpcUrl: undefined, rpcStack: "organization/chainfleet/net" };
    project.configure({ chain138: chain(endpoint, { WETH10: {} }) });
    const gas = await project.chainfleet(["contracts", "gas", "--stack", "test", "--json"]);
    expect(gas.code, gas.output).toBe(0);
    expect(JSON.parse(gas.output).chains[0]).toMatchObject({ chain: "chain138", sender });
    const up = await project.up();
    expect(up.code, up.output).toBe(0);
    await expectAllThere();
    project.configure({ chain138: chain({ ...endpoint, rpcRegion: "eastus" }, { WETH10: {} }) });
    expect((await project.up()).output).toContain(
      "organization/chainfleet/net has no RPC nodes in a region eastus",
    );
    expect((await project.chainfleet(["contracts", "gas", "--stack", "test"])).code).toBe(1);
  });

  it("says why a constructor or a call would be reverted, and what a call that went through did not do", async () => {
    const wrong = {
      contracts: { MultiSig: { args: { owners: [{ account: "sender" }], threshold: 2 } } },
      calls: {},
    };
    project.configure({ chain138: chain(wrong) });
    const gas = await project.chainfleet(["contracts", "gas", "--stack", "test", "--json"]);
    expect(gas.code).toBe(1);
    expect(JSON.parse(gas.output).chains[0].transactions).toMatchObject([
      { name: "MultiSig", wouldRevert: expect.stringMatching(/^"GS201" \(https:.*error_codes/) },
    ]);
    expect((await project.up()).output).toContain('MultiSig: its constructor reverts: "GS201" (https://');
    const { calls } = chain() as { calls: Record<string, { args: object; done: object }> };
    const transmit = (answer: number, returns: number) => ({
      chain138: chain({
        calls: {
          grant: calls["grant"],
          tooMuch: {
            ...calls["firstRound"],
            args: { answer },
            done: { function: "getRoundData", args: [1], returns: { answer: returns } },
          },
        },
      }),
    });
    project.configure(transmit(99, 99));
    const reason = "AnswerOutOfBounds(99, 1, 9)";
    const ungas = await project.chainfleet(["contracts", "gas", "--stack", "test"]);
    expect(ungas.output).toContain(`chain138: tooMuch would be reverted: ${reason}`);
    expect((await project.up()).output).toContain(`would be reverted: ${reason}. Nothing was sent.`);
    project.configure(transmit(7, 8));
    expect((await project.up()).output).toContain("but by its `done` it is not: it returns 5, not 8.");
  });

  it("does not tell a chain of a contract on another that could not be made", async () => {
    const owner = { contract: "WETH9", chain: "mainnet" };
    const addOwner = {
      contract: "MultiSig",
      function: "addOwnerWithThreshold",
      args: { owner, threshold: 1 },
      through: "MultiSig",
      done: { function: "isOwner", args: [owner], returns: true },
    };
    const here = chain() as { calls: object };
    const mainnet = chain({ chainId: 1, contracts: { WETH9: {} }, calls: {} });
    project.configure({ chain138: { ...here, calls: { ...here.calls, addOwner } }, mainnet });
    const before = await sent();
    const up = await project.run(["up", "--yes", "--skip-preview", "--continue-on-error"]);
    expect(up.code).not.toBe(0);
    expect(up.output).toContain("is chain 138, and the config says 1");
    expect((await sent()).all).toBe(before.all);
    // Nobody is told an address, or a stand-in for one, where there is nothing.
    const { contracts } = await project.outputs();
    expect(contracts.mainnet).toBeUndefined();
    expect(Object.keys(contracts.chain138)).toHaveLength(4);
    for (const { address, block, transaction } of Object.values<Record<string, unknown>>(
      contracts.chain138,
    )) {
      expect([address, transaction].join(" ")).toMatch(/^0x\w{40} (0x\w{64})?$/);
      expect(block).toBeTypeOf("number");
    }
  });

  it("says that a chain began anew, and makes everything again after a refresh", async () => {
    project.configure({ chain138: chain() });
    expect((await project.up()).code).toBe(0);
    await node.rpc("anvil_reset");
    await node.rpc("anvil_setBalance", [sender, numberToHex(parseEther("100"))]);
    project.configure({ chain138: chain({}, { WETH10: {} }) });
    const lost = await project.up();
    expect(lost.code).not.toBe(0);
    expect(lost.output).toContain("The chain may have been begun anew.");
    expect((await project.run(["refresh", "--yes"])).code).toBe(0);
    const before = await sent();
    const up = await project.up();
    expect(up.code, up.output).toBe(0);
    await expectAllThere();
    // The deployer's fee, five contracts, three calls.
    expect((await sent()).succeeded - before.succeeded).toBe(9);
  });

  it(`has everything once after ${ROUNDS * KILLS_A_ROUND} times kill -9`, async () => {
    const moment = fc.noBias(fc.integer({ min: 10, max: 50 }));
    const rounds = fc.sample(fc.tuple(...Array.from({ length: KILLS_A_ROUND }, () => moment)), {
      seed: SEED,
      numRuns: ROUNDS,
    });
    for (const [index, moments] of rounds.entries()) {
      project.configure(
        {
          chain138: chain(),
        },
        { "chainfleet:contracts": { salt: `killed ${index}`, chains: { chain138: chain() } } },
      );
      const before = await sent();
      for (const tenths of moments) {
        const killed = project.start(["up", "--yes", "--skip-preview"]);
        await new Promise((resolve) => setTimeout(resolve, tenths * 100));
        project.killAll();
        killed.kill("SIGKILL");
        await project.run(["cancel", "--yes"]);
      }
      const up = await project.up();
      expect(up.code, `round ${index}, killed after ${moments} tenths of a second: ${up.output}`).toBe(0);
      await expectAllThere();
      // Four contracts and three calls; what was sent twice was reverted, not made twice.
      expect((await sent()).succeeded - before.succeeded, `round ${index}: ${moments}`).toBe(7);
      expect(await client().getTransactionCount({ address: sender, blockTag: "pending" })).toBe(
        await client().getTransactionCount({ address: sender }),
      );
    }
  });
});
