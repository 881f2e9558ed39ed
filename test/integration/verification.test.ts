import { readFileSync, writeFileSync } from "node:fs";
import { Wallet } from "@ethereumjs/wallet";
import { hexToBytes, numberToHex, parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ServiceProcess } from "../../local/testing/service-process";
import type { Summary } from "../../scripts/run/summary";
import type { CommandResult } from "../support/command";
import { ContractsProject, variableReference } from "../support/contracts/contracts-project";
import { FaultyAnvil } from "../support/contracts/faulty-anvil";
import { summaryIn } from "../support/summary-output";

/** Verification at three explorers, and senders whose keys are in a keystore or in a secret of the config. */
const PASSWORD = "correct horse battery staple";
const key = generatePrivateKey();
const { address } = privateKeyToAccount(key);

let node: FaultyAnvil;
let verifier: ServiceProcess;
let project: ContractsProject;

beforeAll(async () => {
  project = await ContractsProject.create({ KEYSTORE_PASSWORD: PASSWORD, EXPLORER_KEY: "any" });
  node = await FaultyAnvil.start(
    ["--chain-id", "138", "--block-time", "1", "--hardfork", "shanghai"],
    project.path("anvil.json"),
  );
  await node.rpc("anvil_setBalance", [address, numberToHex(parseEther("100"))]);
  verifier = await ServiceProcess.start("local/verifier/main.ts", [
    "--state",
    project.path("verifier"),
    "--chain",
    `138=${node.directUrl}`,
    "--seconds",
    "1",
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
  etherscan: `${variableReference("EXPLORER")}/etherscan/v2/api`,
  sourcify: `${variableReference("EXPLORER")}/sourcify`,
  blockscout: `${variableReference("EXPLORER")}/blockscout/138/api/v2`,
};

function chain(sender: object, explorers: readonly (keyof typeof URLS)[]): object {
  return {
    chainId: 138,
    rpcUrl: variableReference("RPC"),
    sender,
    contracts: {
      WETH9: {},
      CCIPRouter: {
        args: { owner: { account: "sender" }, chainSelector: 138, wrappedNative: { contract: "WETH9" } },
      },
      MultiSig: { args: { owners: [{ account: "sender" }], threshold: 1 } },
    },
    explorers: explorers.map((kind) => ({
      kind,
      url: URLS[kind],
      ...(kind === "etherscan" ? { apiKey: variableReference("EXPLORER_KEY") } : {}),
    })),
  };
}

/** Changes the compiler settings that the build recorded for WETH9. */
function rewriteCompilerSettings(change: (text: string) => string): void {
  const file = project.path(".chainfleet/contracts", project.sourcesHash, "WETH9.sol/WETH9.json");
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

/** A contract as `chainfleet contracts list` prints it. */
interface ListedContract {
  readonly name: string;
  readonly verified?: boolean;
  readonly why?: string;
}

async function listContracts(): Promise<ListedContract[]> {
  const { stdout } = await project.chainfleet(["contracts", "list", "--stack", "test", "--json"]);
  return JSON.parse(stdout).contracts;
}

/** Runs `chainfleet up` and parses the summary that it prints. */
async function upWithSummary(): Promise<CommandResult & Pick<Summary, "errors" | "changes">> {
  const result = await project.chainfleet(["up", "--stack", "test", "--json"]);
  const { errors, changes } = summaryIn(result);
  return { ...result, errors, changes };
}

describe("verification", () => {
  it("reports the cost before the deployment", async () => {
    const { code, stdout } = await project.chainfleet(["contracts", "gas", "--stack", "test", "--json"]);
    expect(code).toBe(0);
    const [cost] = JSON.parse(stdout).chains;
    expect(cost).toMatchObject({ chain: "chain138", sender: address, balance: String(parseEther("100")) });
    expect(cost.transactions.map(({ name }: { name: string }) => name).sort()).toEqual([
      "CCIPRouter",
      "MultiSig",
      "WETH9",
    ]);
    expect(BigInt(cost.gas)).toBeGreaterThan(3_000_000n);
  });

  it("checks the keystore's password before it creates anything, and prints neither the password nor the key", async () => {
    const { code, output } = await project.up({ KEYSTORE_PASSWORD: "wrong horse" });
    expect(code).not.toBe(0);
    expect(output).toContain("a problem; nothing was changed");
    expect(output).toContain("deployer.json does not open with the password of KEYSTORE_PASSWORD");
    expect(output).not.toMatch(/horse/);
  });

  it("fails only the verification of the contract that does not compile to its code on the chain", async () => {
    rewriteCompilerSettings((text) => text.replaceAll('"runs":200', '"runs":1'));
    const { code, errors, changes } = await upWithSummary();
    expect(code).toBe(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/WETH9-verification.*etherscan: Fail - Unable to verify/s);
    // The stack, the build, the contract set, three deployments and the two successful verifications.
    expect(changes).toMatchObject({ create: 8 });
    const { contracts } = await project.outputs();
    expect(Object.keys(contracts.chain138)).toHaveLength(3);
    const listed = await listContracts();
    expect(listed.map(({ name, verified }) => [name, verified])).toEqual([
      ["CCIPRouter", true],
      ["MultiSig", true],
      ["WETH9", false],
    ]);
    expect(listed[2]?.why).toContain("etherscan: Fail - Unable to verify");
    const secondAttempt = await project.chainfleet([
      "contracts",
      "verify",
      "WETH9",
      "--stack",
      "test",
      "--json",
    ]);
    expect(secondAttempt.code).toBe(1);
    expect(project.stateText()).not.toContain(key.slice(2));
    expect(project.stateText()).not.toContain(PASSWORD);
  });

  it("repeats only the failed verification in the next run", async () => {
    rewriteCompilerSettings((text) =>
      text.replaceAll('"runs":1,', '"runs":200,').replaceAll('"runs":1}', '"runs":200}'),
    );
    const { code, output, changes } = await upWithSummary();
    expect(code, output).toBe(0);
    expect(changes).toMatchObject({ create: 0, update: 1, replace: 0, delete: 0 });
    const { contracts } = await project.outputs();
    expect(Object.values<ListedContract>(contracts.chain138).map(({ verified }) => verified)).toEqual([
      true,
      true,
      true,
    ]);
    const verify = await project.chainfleet(["contracts", "verify", "--stack", "test", "--json"]);
    expect(verify.code, verify.output).toBe(0);
  });

  it("verifies deployed contracts at an explorer that is added, with a key from a secret of the config", async () => {
    project.configure({ chain138: chain({ address, keySecret: "deployer" }, ["etherscan", "blockscout"]) });
    const withoutKey = await project.up();
    expect(withoutKey.output).toContain("pulumi config set --secret --path chainfleet:keys.deployer");
    await project.setPlain("chainfleet:keys.deployer", `0x${"1".repeat(64)}`);
    const withPlainKey = await project.up();
    expect(withPlainKey.code).not.toBe(0);
    expect(withPlainKey.output).toContain("chainfleet:keys are in plain text");
    expect((await project.chainfleet(["up", "--stack", "test", "--json"])).code).toBe(1);
    expect(project.recordText()).toContain("chainfleet:keys are in plain text");
    expect(project.recordText()).not.toContain("1".repeat(64));
    await project.setSecret("chainfleet:keys.deployer", key);
    const withSecret = await project.up();
    expect(withSecret.code, withSecret.output).toBe(0);
    project.addContract("chain138", "WETH10");
    const withNewContract = await project.up();
    expect(withNewContract.code, withNewContract.output).toBe(0);
    expect((await listContracts()).map(({ verified }) => verified)).toEqual([true, true, true, true]);
    expect(project.stateText()).not.toContain(key.slice(2));
    expect(withNewContract.output).not.toContain(key.slice(2));
  });
});
