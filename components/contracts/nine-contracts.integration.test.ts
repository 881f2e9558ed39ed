import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { numberToHex, parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FaultyAnvil } from "../../test/support/contracts/faulty-anvil";
import { PROJECT_ROOT } from "../root";
import type { Artifact } from "./build/artifact";
import { build } from "./build/build";
import type { ContractDefinition } from "./definitions/definitions";
import { create2Job, saltOf } from "./deployment/create2";
import { compareRuntimeCode } from "./deployment/runtime-code";
import { Lane } from "./lane/lane";
import { rpcLaneChain } from "./lane/rpc-lane-chain";
import { type PlannedContract, planContracts } from "./plan/plan";
import { clientOf } from "./rpc/client";

/** The project's own contracts, as forge builds them, planned and sent by a lane to a real node. */
const SALT = "chain138";
const LIMITS = { codeBytes: 24_576, initCodeBytes: 49_152 };
const owner = privateKeyToAccount(generatePrivateKey());
const limits = { capacityEther: 1000, refillEtherPerHour: 3600 };
const define = (name: string, args: ContractDefinition["args"] = {}): ContractDefinition => ({
  name,
  contract: name,
  args,
  method: { kind: "create2", salt: SALT },
  value: 0n,
  configKey: `contracts.chains.chain138.contracts.${name}`,
});
const definitions = [
  define("OracleProxy", { owner: owner.address, aggregator: { contract: "OracleAggregator" } }),
  define("OracleAggregator", {
    admin: owner.address,
    decimals: 8,
    minAnswer: 1,
    maxAnswer: "1000000000000",
    description: "ETH / USD",
  }),
  define("CCIPWETH9Bridge", {
    owner: owner.address,
    router: { contract: "CCIPRouter" },
    weth9: { contract: "WETH9" },
    ...limits,
  }),
  define("CCIPWETH10Bridge", {
    owner: owner.address,
    router: { contract: "CCIPRouter" },
    weth10: { contract: "WETH10" },
    ...limits,
  }),
  define("CCIPRouter", { owner: owner.address, chainSelector: 138, wrappedNative: { contract: "WETH9" } }),
  define("MultiSig", { owners: [owner.address], threshold: 1 }),
  define("Multicall"),
  define("WETH9"),
  define("WETH10"),
];

let node: FaultyAnvil;
let folder: string;
let artifacts: ReadonlyMap<string, Artifact>;
let contracts: readonly PlannedContract[];

beforeAll(async () => {
  ({ artifacts } = await build(PROJECT_ROOT, () => {}));
  const plan = planContracts(
    [{ name: "chain138", sender: owner.address, limits: LIMITS, contracts: definitions, calls: [] }],
    artifacts,
  );
  expect(plan).toMatchObject({ kind: "plan" });
  contracts = plan.kind === "plan" ? (plan.chains[0]?.contracts ?? []) : [];
  folder = mkdtempSync(join(tmpdir(), "chainfleet-anvil-"));
  node = await FaultyAnvil.start(["--chain-id", "138", "--block-time", "2"], join(folder, "state.json"));
  await node.rpc("anvil_setBalance", [owner.address, numberToHex(parseEther("100"))]);
});

afterAll(async () => {
  await node.stop();
  rmSync(folder, { recursive: true, force: true });
});

it("all nine contracts are in one block, or at most two, at the planned addresses and with the compiled code", async () => {
  const client = clientOf(node.url);
  const lane = new Lane(
    rpcLaneChain(
      {
        name: "chain 138",
        chainId: 138,
        rpcUrl: node.url,
        maxPending: 16,
        confirmations: 1,
        feeCeiling: 10n ** 12n,
      },
      owner,
    ),
  );
  const results = await Promise.all(
    contracts.map(({ name, contract, uses, creation }) => {
      const artifact = artifacts.get(contract) as Artifact;
      const { initCode } = creation(new Map());
      const after = contracts
        .filter((other) => uses.includes(other.name))
        .map((other) => ({ name: other.name, address: other.address ?? "0x" }) as const);
      const deployment = { name, chain: "chain138", initCode, artifact, after, client };
      return lane.do(create2Job(deployment, saltOf(SALT)));
    }),
  );
  const receipts = results.flatMap((result) => (result.kind === "mined" ? [result.receipt] : []));
  expect(receipts).toHaveLength(9);
  expect(receipts.every(({ succeeded }) => succeeded)).toBe(true);
  expect(new Set(receipts.map(({ block }) => block)).size).toBeLessThanOrEqual(2);
  for (const { name, address } of contracts) {
    const comparison = compareRuntimeCode(
      await client.getCode({ address: address ?? "0x" }),
      artifacts.get(name) as Artifact,
    );
    expect(comparison, name).toEqual({ kind: "same" });
  }
  expect(
    compareRuntimeCode(
      await client.getCode({ address: contracts[0]?.address ?? "0x" }),
      artifacts.get("MultiSig") as Artifact,
    ).kind,
  ).toBe("different");
});
