import {
  type Address,
  concat,
  encodeAbiParameters,
  type Hex,
  numberToHex,
  parseEther,
  parseGwei,
  parseTransaction,
} from "viem";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Answer, type Call, FaultyAnvil } from "../../../test/support/contracts/faulty-anvil";
import { compiled } from "../../../test/support/contracts/solidity-project";
import type { Artifact } from "../build/artifact";
import type { DeploymentMethod } from "../definitions/definitions";
import { constructorParameters } from "../definitions/parameters";
import { Lane } from "../lane/lane";
import { rpcLaneChain } from "../lane/rpc-lane-chain";
import { clientOf } from "../rpc/client";
import { provider as deployerProvider } from "./deployer-provider";
import { strategyOf } from "./strategies";
import type { Dependency, Deployed } from "./strategy";

/** Contracts of the test's own, deployed by each method to a real node, with the answers that other nodes would give. */
const CREATE2: DeploymentMethod = { kind: "create2", salt: "test" };
const CREATE: DeploymentMethod = { kind: "create" };
const CHAIN_ID = 138;

let artifacts: ReadonlyMap<string, Artifact>;
let node: FaultyAnvil;
let account: PrivateKeyAccount;

beforeAll(async () => {
  artifacts = await compiled({
    Tally: "contract Tally { uint256 public count; constructor(uint256 start) { count = start; } }",
    // An external function: the code of the library begins with the library's own address.
    Sums: "library Sums { function sum(uint256 a, uint256 b) external pure returns (uint256) { return a + b; } }",
    Fixed: "contract Fixed { uint256 public immutable at = block.number; }",
    Pair: `contract Pair {
      constructor(address tally, uint256[] memory values) {
        require(tally.code.length > 0, "no tally");
        require(values.length == 2, "two values");
      }
    }`,
  });
});

async function start(...options: string[]): Promise<void> {
  node = await FaultyAnvil.start(["--chain-id", String(CHAIN_ID), "--block-time", "1", ...options]);
  account = privateKeyToAccount(generatePrivateKey());
  await node.rpc("anvil_setBalance", [account.address, numberToHex(parseEther("10"))]);
}

afterEach(() => node.stop());

const newLane = () =>
  new Lane(
    rpcLaneChain(
      {
        name: "chain138",
        chainId: CHAIN_ID,
        rpcUrl: node.url,
        maxPending: 16,
        confirmations: 1,
        feeCeiling: parseGwei("500"),
      },
      account,
    ),
  );

/** Deploys a contract with its arguments in order. */
function deploy(
  name: string,
  method: DeploymentMethod,
  args: readonly unknown[] = [],
  { lane = newLane(), after = [] }: { lane?: Lane; after?: readonly Dependency[] } = {},
): Promise<Deployed> {
  const artifact = artifacts.get(name) as Artifact;
  const encoded = encodeAbiParameters(constructorParameters(artifact.abi), args);
  const initCode = method.kind === "existing" ? "0x" : concat([artifact.creationCode, encoded]);
  const client = clientOf(node.url);
  const search = { client, artifact, initCode, sender: account.address } as const;
  const send = lane.do.bind(lane);
  return strategyOf(method).deploy({ ...search, name, chain: "chain138", value: 0n, after, send });
}

const sent = async () => Number(await node.rpc("eth_getTransactionCount", [account.address, "latest"]));
const balanceOf = async (address: Address) =>
  BigInt((await node.rpc("eth_getBalance", [address, "latest"])) as Hex);

describe("a chain without an instruction that the compiler uses", () => {
  it.each([CREATE2, CREATE])("is told before anything is sent ($kind)", async (method) => {
    await start("--hardfork", "london");
    const tally = { name: "Other", address: account.address };
    await expect(deploy("Tally", method, [7], { after: [tally] })).rejects.toMatchObject({
      code: "CHAIN_LACKS_INSTRUCTIONS",
      summary: expect.stringMatching(
        /^Tally on chain138: its code uses PUSH0 \(EIP-3855, shanghai\).*Nothing was sent\.$/,
      ),
      next: expect.stringContaining("evm_version"),
    });
    expect(await sent()).toBe(0);
  });
});

describe("what was deployed before", () => {
  it.each([
    ["Sums", "create2", CREATE2],
    ["Fixed", "create2", CREATE2],
    ["Tally", "create2", CREATE2],
    ["Sums", "create", CREATE],
    ["Fixed", "create", CREATE],
  ])("is taken over: %s by %s", async (name, _, method) => {
    await start("--hardfork", "shanghai");
    const args = name === "Tally" ? [7] : [];
    const first = await deploy(name, method, args);
    expect(await deploy(name, method, args)).toEqual(first);
    expect(await sent()).toBe(1);
    expect(await deploy(name, { kind: "existing", address: first.address }, args)).toMatchObject({
      address: first.address,
    });
  });
});

describe("a constructor that calls a deployed contract", () => {
  it("and refuses its other arguments is not paid for", async () => {
    await start("--hardfork", "shanghai");
    const { address } = await deploy("Tally", CREATE2, [7]);
    for (const method of [CREATE2, CREATE]) {
      const after = [{ name: "Tally", address }];
      await expect(deploy("Pair", method, [address, [1]], { after })).rejects.toMatchObject({
        code: "CONSTRUCTOR_REVERTS",
        summary: 'Pair on chain138: its constructor reverts: "two values". Nothing was sent.',
      });
    }
    expect(await sent()).toBe(1);
  });

  it("is sent in the block of that contract while the contract is on its way", async () => {
    await start("--hardfork", "shanghai");
    const tally = artifacts.get("Tally") as Artifact;
    const initCode = concat([tally.creationCode, numberToHex(7, { size: 32 })]);
    const address = strategyOf(CREATE2).address(initCode) as Address;
    const lane = newLane();
    const [first, second] = await Promise.all([
      deploy("Tally", CREATE2, [7], { lane }),
      deploy("Pair", CREATE2, [address, [1, 2]], { lane, after: [{ name: "Tally", address }] }),
    ]);
    expect(second.block - first.block).toBeLessThanOrEqual(1);
    expect(await sent()).toBe(2);
  });

  it("is not sent while that contract is neither on the chain nor on its way", async () => {
    await start("--hardfork", "shanghai");
    const address = "0x00000000000000000000000000000000000000bb";
    const after = [{ name: "Tally", address }] as const;
    await expect(deploy("Pair", CREATE2, [address, [1, 2]], { after })).rejects.toMatchObject({
      code: "DEPENDENCY_ABSENT",
      summary: expect.stringMatching(
        /Tally \(0x0+bb\) is not on the chain, nor on the way to it\. Nothing was sent\./,
      ),
    });
    expect(await sent()).toBe(0);
  });
});

describe("an endpoint", () => {
  it("that refuses batches, and fails at the fee history, is deployed to", async () => {
    await start("--hardfork", "shanghai");
    node.takesBatches = false;
    for (let count = 0; count < 100; count += 1) {
      node.script.push({ method: "eth_feeHistory", answer: failing(-32603, "Internal error") });
    }
    expect((await deploy("Tally", CREATE2, [7])).block).toBeGreaterThan(0);
  });

  it("with a minimum tip gets what it asks for", async () => {
    await start("--hardfork", "shanghai");
    const least = parseGwei("25");
    // Bor, which does not suggest what it asks for after empty blocks.
    for (let count = 0; count < 20; count += 1) {
      node.script.push({
        method: "eth_sendRawTransaction",
        answer: (call) => {
          const { maxPriorityFeePerGas: tip = 0n } = parseTransaction(call.params[0] as Hex);
          const words = `transaction gas price below minimum: gas tip cap ${tip}, minimum needed ${least}`;
          return tip < least ? failing(-32000, words)(call) : node.pass(call);
        },
      });
    }
    const { transaction } = await deploy("Tally", CREATE2, [7]);
    const { maxPriorityFeePerGas } = (await node.rpc("eth_getTransactionByHash", [transaction])) as {
      maxPriorityFeePerGas: Hex;
    };
    expect(BigInt(maxPriorityFeePerGas)).toBe(least);
  });
});

describe("the deterministic deployer", () => {
  const create = () => {
    const chain = {
      name: "chain138",
      chainId: CHAIN_ID,
      configKey: "contracts.chains.chain138",
      maxPending: 16,
      confirmations: 1,
      feeCeilingGwei: 500,
    };
    const key = { kind: "variable", variable: "DEPLOYMENT_TEST_KEY" } as const;
    return deployerProvider.create({ chain, rpcUrl: node.url, sender: { address: account.address, key } });
  };

  async function startWithoutDeployer(): Promise<void> {
    const key = generatePrivateKey();
    process.env["DEPLOYMENT_TEST_KEY"] = key;
    await start("--disable-default-create2-deployer");
    account = privateKeyToAccount(key);
    await node.rpc("anvil_setBalance", [account.address, numberToHex(parseEther("10"))]);
  }

  it.each([
    [-32000, "only replay-protected (EIP-155) transactions allowed over RPC"],
    [-32000, "ChainId is required"],
    [-32007, "Sender account not authorized to send transactions"],
  ])("is not paid for where the node refuses its transaction: %i %s", async (code, message) => {
    await startWithoutDeployer();
    node.script.push({ method: "eth_sendRawTransaction", answer: failing(code, message) });
    await expect(create()).rejects.toMatchObject({
      code: "DEPLOYER_REFUSED",
      summary: expect.stringContaining(`${message}. Nothing was paid for it.`),
      next: expect.stringMatching(/genesis alloc.*create: create/),
    });
    expect(await sent()).toBe(0);
    expect(await balanceOf(account.address)).toBe(parseEther("10"));
    // A contract that needs no deployer is made all the same.
    expect((await deploy("Fixed", CREATE)).block).toBeGreaterThan(0);
  });

  it("is paid for once, and created, where the node takes its transaction", async () => {
    await startWithoutDeployer();
    await create();
    expect(await node.rpc("eth_getCode", ["0x4e59b44847b379578588920ca78fbf26c0b4956c", "latest"])).toMatch(
      /^0x7f/,
    );
    expect(await sent()).toBe(1);
  });
});

function failing(code: number, message: string): (call: Call) => Answer {
  return ({ id }) => ({ status: 200, body: { jsonrpc: "2.0", id, error: { code, message } } });
}
