import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWalletClient, http, numberToHex, parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FaultyAnvil } from "../../../test/support/contracts/faulty-anvil";
import { PROJECT_ROOT } from "../../root";
import { type Artifact, linkedCreationCode } from "../build/artifact";
import { build } from "../build/build";
import { isDone } from "../call/done";
import { create2Job, saltOf } from "../deployment/create2";
import { Lane } from "../lane/lane";
import { rpcLaneChain } from "../lane/rpc-lane-chain";
import { planContracts } from "../plan/plan";
import { clientOf } from "../rpc/client";
import { keepingTheirCreator } from "../validation/constructor-caller";
import { standardInput } from "../verification/standard-input";
import type { CallDefinition, ContractDefinition } from "./definitions";

/** A proxy with an initializer, a library and wei, from their sources to what a real node shows. */
const SOURCES = {
  "Sum.sol":
    "library Sum { struct Share { address owner; uint128 part; } function parts(Share[] memory shares) external pure returns (uint256 sum) { for (uint256 i = 0; i < shares.length; i++) { sum += shares[i].part; } } }",
  "Vault.sol": `import "./Sum.sol";
contract Vault {
  struct State { uint256 total; bool open; address owner; }
  State public state; uint256 public funded; address public initializedBy;
  function initialize(address owner_, Sum.Share[] calldata shares_) external payable { require(state.owner == address(0)); state = State(Sum.parts(shares_), false, owner_); initializedBy = msg.sender; }
  function open(Sum.Share[] calldata shares_) external payable { state.total += Sum.parts(shares_); state.open = true; funded += msg.value; }
  function current() external view returns (State memory) { return state; }
}`,
  "ERC1967Proxy.sol": 'import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";',
};
const SALT = `0x${"5a".repeat(32)}` as const;
const owner = privateKeyToAccount(generatePrivateKey());
const define = (name: string, args: ContractDefinition["args"] = {}, value = 0n): ContractDefinition => ({
  name,
  contract: name,
  args,
  method: { kind: "create2", salt: SALT },
  value,
  configKey: `contracts.chains.chain138.contracts.${name}`,
});
const definitions = [
  define(
    "ERC1967Proxy",
    {
      implementation: { contract: "Vault" },
      data: {
        call: "initialize",
        of: "Vault",
        args: {
          owner: { account: "sender" },
          shares: [{ owner: { contract: "Sum" }, part: 3 }, [owner.address, 4]],
        },
      },
    },
    7n,
  ),
  define("Vault"),
  define("Sum"),
];
const open: CallDefinition = {
  name: "open",
  contract: "ERC1967Proxy",
  interface: "Vault",
  function: "open",
  args: { shares: [{ part: 5, owner: { account: "sender" } }] },
  value: 11n,
  after: [],
  done: { function: "current", args: {}, returns: { open: true, total: 12, owner: { account: "sender" } } },
  configKey: "contracts.chains.chain138.calls.open",
};

let node: FaultyAnvil;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "chainfleet-proxies-"));
  mkdirSync(join(folder, "contracts/src"), { recursive: true });
  for (const file of ["foundry.toml", "package.json", "package-lock.json", "contracts/solc"]) {
    copyFileSync(join(PROJECT_ROOT, file), join(folder, file));
  }
  symlinkSync(join(PROJECT_ROOT, "node_modules"), join(folder, "node_modules"));
  for (const [name, code] of Object.entries(SOURCES)) {
    writeFileSync(join(folder, "contracts/src", name), `pragma solidity ^0.8.20;\n${code}\n`);
  }
  node = await FaultyAnvil.start(["--chain-id", "138", "--block-time", "1"], join(folder, "state.json"));
  await node.rpc("anvil_setBalance", [owner.address, numberToHex(parseEther("100"))]);
});

afterAll(async () => {
  await node.stop();
  rmSync(folder, { recursive: true, force: true });
});

it("a proxy of a linked contract is initialized, paid, and called by the functions of its implementation", async () => {
  const { artifacts } = await build(folder, () => {});
  const limits = { codeBytes: 24_576, initCodeBytes: 49_152 };
  const chain = { name: "chain138", sender: owner.address, limits, contracts: definitions, calls: [open] };
  const plan = planContracts([chain], artifacts);
  expect(plan).toMatchObject({ kind: "plan" });
  const { contracts = [], calls = [] } = plan.kind === "plan" ? (plan.chains[0] ?? {}) : {};
  expect(contracts.map(({ name }) => name)).toEqual(["Sum", "Vault", "ERC1967Proxy"]);

  const client = clientOf(node.url);
  const lane = new Lane(
    rpcLaneChain(
      {
        name: "chain138",
        chainId: 138,
        rpcUrl: node.url,
        maxPending: 16,
        confirmations: 1,
        feeCeiling: 10n ** 12n,
      },
      owner,
    ),
  );
  // The constructor of the proxy calls the contracts before it.
  for (const { name, contract, address = "0x", value, creation } of contracts) {
    const artifact = artifacts.get(contract) as Artifact;
    const { initCode } = creation(new Map());
    const deployment = {
      name,
      chain: "chain138",
      initCode,
      artifact,
      after: [],
      client,
      value,
      sender: owner.address,
    };
    await lane.do(create2Job(deployment, saltOf(SALT)));
    expect(await client.getCode({ address }), name).toBeDefined();
  }
  const proxy = contracts.at(-1)?.address ?? "0x";
  expect(await client.getBalance({ address: proxy })).toBe(7n);

  const transaction = calls[0]?.transaction(new Map());
  expect(transaction?.to).toBe(proxy);
  const done = transaction?.done as NonNullable<typeof transaction>["done"];
  expect(await isDone(client, done)).toBe(false);
  const hash = await createWalletClient({ account: owner, transport: http(node.url) }).sendTransaction({
    to: proxy,
    data: transaction?.data ?? "0x",
    value: calls[0]?.value ?? 0n,
    chain: null,
  });
  await client.waitForTransactionReceipt({ hash });
  expect(await isDone(client, done)).toBe(true);
  expect(await client.getBalance({ address: proxy })).toBe(18n);

  // The initializer has kept its caller, which the proxy's own code does not show.
  const creations = contracts.map(({ name, address = "0x", value, creation, contract }) => ({
    name,
    address,
    value,
    initCode: creation(new Map()).initCode,
    runtimeCode: (artifacts.get(contract) as Artifact).runtimeCode,
  }));
  expect(await keepingTheirCreator(creations)).toEqual(["ERC1967Proxy"]);

  // What explorers get compiles to the code that was sent, but for the hash of the settings, which name the libraries now.
  const vault = artifacts.get("Vault") as Artifact;
  const libraries = contracts[1]?.creation(new Map()).libraries ?? {};
  const input = standardInput(vault.metadata, libraries, (path) => readFileSync(join(folder, path), "utf8"));
  const solc = require("solc") as { compile(text: string): string };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as {
    contracts: Record<string, Record<string, { evm: { bytecode: { object: string } } }>>;
  };
  const compiled = output.contracts["contracts/src/Vault.sol"]?.["Vault"]?.evm.bytecode.object;
  const withoutHash = (code: string) => code.replace(/a2646970667358221220[0-9a-f]{64}/, "");
  expect(withoutHash(`0x${compiled}`)).toBe(withoutHash(linkedCreationCode(vault, libraries)));
});
