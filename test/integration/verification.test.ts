import { readFileSync, writeFileSync } from "node:fs";
import { Wallet } from "@ethereumjs/wallet";
import { hexToBytes, numberToHex, parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServiceProcess } from "../../local/chains/testing";
import { ContractsProject } from "../support/contracts-project";
import { TroubledAnvil } from "../support/troubled-anvil";

/** Contracts verified at three explorers, and senders whose keys are in a keystore or a secret of the config. */
const PASSWORD = "correct horse battery staple";
const key = generatePrivateKey();
const { address } = privateKeyToAccount(key);

let node: TroubledAnvil;
let verifier: ServiceProcess;
let project: ContractsProject;

beforeAll(async () => {
  project = await ContractsProject.create({ KEYSTORE_PASSWORD: PASSWORD, EXPLORER_KEY: "any" });
  node = await TroubledAnvil.start(
    ["--chain-id", "138", "--block-time", "1", "--hardfork", "shanghai"],
    project.path("anvil.json"),
  );
  await node.rpc("anvil_setBalance", [address, numberToHex(parseEther("100"))]);
  verifier = await ServiceProcess.start("local/verifier/main.ts", [
    ...["--state", project.path("verifier"), "--chain", `138=${node.directUrl}`, "--seconds", "1"],
  ]);
  project.environment["RPC"] = node.url;
  project.environment["EXPLORER"] = verifier.url("http");
  const keystore = await Wallet.fromPrivateKey(hexToBytes(key)).toV3String(PASSWORD, { n: 1024 });
  writeFileSync(project.path("deployer.json"), keystore);
  project.configure({ chain138: chain(keystoreSender, ["etherscan", "sourcify"]) });
  expect((await project.run(["stack", "init"])).code).toBe(0);
});

afterAll(async () => {
  await verifier?.stop("SIGTERM");
  await node?.stop();
  project?.remove();
});

const keystoreSender = { address, keystore: "deployer.json", passwordVariable: "KEYSTORE_PASSWORD" };
const URLS = {
  etherscan: "$" + "{EXPLORER}/etherscan/v2/api",
  sourcify: "$" + "{EXPLORER}/sourcify",
  blockscout: "$" + "{EXPLORER}/blockscout/138/api/v2",
};

function chain(sender: object, explorers: readonly (keyof typeof URLS)[]): object {
  return {
    chainId: 138,
    rpcUrl: "$" + "{RPC}",
    sender,
    contracts: {
      WETH9: {},
      CCIPRouter: { args: { owner: { account: "sender" }, chainSelector: 138 } },
      MultiSig: { args: { owners: [{ account: "sender" }], threshold: 1 } },
    },
    explorers: explorers.map((kind) => ({
      kind,
      url: URLS[kind],
      ...(kind === "etherscan" ? { apiKey: "$" + "{EXPLORER_KEY}" } : {}),
    })),
  };
}

/** Changes what the build says that WETH9 was compiled with. */
function rewriteSettings(change: (text: string) => string): void {
  const file = project.path(".chainfleet/contracts", project.sourcesHash, "WETH9.sol/WETH9.json");
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

interface Listed {
  readonly name: string;
  readonly verified?: boolean;
  readonly why?: string;
}

async function listed(): Promise<Listed[]> {
  const { output } = await project.chainfleet(["contracts", "list", "--stack", "test", "--json"]);
  return JSON.parse(output).contracts;
}

describe("verification", () => {
  it("says before the deployment what it costs", async () => {
    const { code, output } = await project.chainfleet(["contracts", "gas", "--stack", "test", "--json"]);
    expect(code).toBe(0);
    const [cost] = JSON.parse(output).chains;
    expect(cost).toMatchObject({ chain: "chain138", sender: address, balance: String(parseEther("100")) });
    expect(cost.transactions.map(({ name }: { name: string }) => name).sort()).toEqual([
      ...["CCIPRouter", "MultiSig", "WETH9"],
    ]);
    expect(BigInt(cost.gas)).toBeGreaterThan(3_000_000n);
  });

  it("needs the keystore's password before anything is created, and shows neither it nor the key", async () => {
    const { code, output } = await project.up({ KEYSTORE_PASSWORD: "wrong horse" });
    expect(code).not.toBe(0);
    expect(output).toContain("a problem; nothing was changed");
    expect(output).toContain("deployer.json does not open with the password of KEYSTORE_PASSWORD");
    expect(output).not.toMatch(/horse/);
  });

  it("fails what does not compile to the code on the chain, and nothing else", async () => {
    rewriteSettings((text) => text.replaceAll('"runs":200', '"runs":1'));
    const up = await project.chainfleet(["up", "--stack", "test", "--json"]);
    expect(up.code).toBe(1);
    const { errors, changes } = JSON.parse(up.output);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/WETH9-verification.*etherscan: Fail - Unable to verify/s);
    // The stack, the build, the set, three deployments and the other two verifications.
    expect(changes.create).toBe(8);
    const { contracts } = await project.outputs();
    expect(Object.keys(contracts.chain138)).toHaveLength(3);
    expect((await listed()).map(({ name, verified }) => [name, verified])).toEqual([
      ["CCIPRouter", true],
      ["MultiSig", true],
      ["WETH9", false],
    ]);
    expect((await listed())[2]?.why).toContain("etherscan: Fail - Unable to verify");
    const again = await project.chainfleet(["contracts", "verify", "WETH9", "--stack", "test", "--json"]);
    expect(again.code).toBe(1);
    expect(project.stateText()).not.toContain(key.slice(2));
    expect(project.stateText()).not.toContain(PASSWORD);
  });

  it("tries again with the next run, and only what failed", async () => {
    rewriteSettings((text) =>
      text.replaceAll('"runs":1,', '"runs":200,').replaceAll('"runs":1}', '"runs":200}'),
    );
    const up = await project.chainfleet(["up", "--stack", "test", "--json"]);
    expect(up.code, up.output).toBe(0);
    expect(JSON.parse(up.output).changes).toMatchObject({ create: 0, update: 1, replace: 0, delete: 0 });
    const { contracts } = await project.outputs();
    expect(Object.values<Listed>(contracts.chain138).map(({ verified }) => verified)).toEqual([
      ...[true, true, true],
    ]);
    const verify = await project.chainfleet(["contracts", "verify", "--stack", "test", "--json"]);
    expect(verify.code, verify.output).toBe(0);
  });

  it("asks another explorer for what is deployed already; a key may be a secret of the config", async () => {
    project.configure({ chain138: chain({ address, keySecret: "deployer" }, ["etherscan", "blockscout"]) });
    const refused = await project.up();
    expect(refused.output).toContain("pulumi config set --secret --path chainfleet:keys.deployer");
    await project.setPlain("chainfleet:keys.deployer", `0x${"1".repeat(64)}`);
    const plain = await project.up();
    expect(plain.code).not.toBe(0);
    expect(plain.output).toContain("chainfleet:keys are in plain text");
    expect((await project.chainfleet(["up", "--stack", "test", "--json"])).code).toBe(1);
    expect(project.recordText()).toContain("chainfleet:keys are in plain text");
    expect(project.recordText()).not.toContain("1".repeat(64));
    await project.setSecret("chainfleet:keys.deployer", key);
    const up = await project.up();
    expect(up.code, up.output).toBe(0);
    project.addContract("chain138", "WETH10");
    const more = await project.up();
    expect(more.code, more.output).toBe(0);
    expect((await listed()).map(({ verified }) => verified)).toEqual([true, true, true, true]);
    expect(project.stateText()).not.toContain(key.slice(2));
    expect(more.output).not.toContain(key.slice(2));
  });
});
