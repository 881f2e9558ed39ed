import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { numberToHex, parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TroubledAnvil } from "./lane/anvil";
import { clientOf } from "./lane/chain";

/** Three contracts of a small program through the real engine, killed at seeded moments. */
const ROOT = join(__dirname, "../..");
const SEED = Number(process.env["CHAINFLEET_TEST_SEED"] ?? Date.now() % 1_000_000);
const KILLS = 10;
const key = generatePrivateKey();
const sender = privateKeyToAccount(key).address;

let node: TroubledAnvil;
let folder: string;

beforeAll(async () => {
  execFileSync("npx", ["forge", "build"], { cwd: ROOT, stdio: "ignore" });
  folder = mkdtempSync(join(tmpdir(), "chainfleet-deployment-"));
  for (const name of ["components", "contracts", "node_modules", "typescript.js"]) {
    symlinkSync(join(ROOT, name), join(folder, name));
  }
  mkdirSync(join(folder, "state"));
  writeFileSync(
    join(folder, "Pulumi.yaml"),
    "name: deployment\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n    nodeargs: --require ./typescript.js\nmain: program.ts\n",
  );
  node = await TroubledAnvil.start(["--chain-id", "138", "--block-time", "1"], join(folder, "anvil.json"));
  await node.rpc("anvil_setBalance", [sender, numberToHex(parseEther("100"))]);
});

afterAll(async () => {
  await node.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The program: WETH9, an aggregator and the proxy whose constructor calls it. */
function writeProgram(salt: string): void {
  writeFileSync(
    join(folder, "program.ts"),
    `
import { readFileSync } from "node:fs";
import { concat, keccak256 } from "viem";
import { encodeArguments } from "./components/contracts/arguments";
import { parseArtifact } from "./components/contracts/artifact";
import { ForgeDeployment } from "./components/contracts/deployment";
import { planContracts } from "./components/contracts/plan";
const owner = "${sender}";
const definitions = [
  { name: "WETH9", args: {}, salt: "${salt}" },
  { name: "OracleAggregator", args: { admin: owner, decimals: 8, minAnswer: 1, maxAnswer: 9, description: "x" }, salt: "${salt}" },
  { name: "OracleProxy", args: { owner, aggregator: { contract: "OracleAggregator" } }, salt: "${salt}" },
];
const file = (name: string) => \`contracts/out/\${name}.sol/\${name}.json\`;
const artifacts = new Map(definitions.map(({ name }) => [name, parseArtifact(name, file(name), readFileSync(file(name), "utf8"))]));
const plan = planContracts("chain138", definitions, artifacts);
if (plan.findings !== undefined) throw new Error(plan.findings.join("\\n"));
for (const { name, address, creation } of plan.contracts) {
  if (creation === undefined) continue;
  const { creationCode } = artifacts.get(name)!;
  new ForgeDeployment(name, {
    chain: { name: "chain138", chainId: 138, rpcUrl: "${node.url}", maxPending: 16, confirmations: 1, feeCeilingGwei: 1000 },
    keyVariable: "CHAINFLEET_TEST_KEY",
    contract: name,
    address,
    salt: creation.salt,
    artifact: file(name),
    encodedArguments: ("0x" + creation.initCode.slice(creationCode.length)) as \`0x\${string}\`,
    initCodeHash: keccak256(creation.initCode),
    after: creation.after,
  });
}
export = { addresses: plan.contracts.map(({ address }) => address) };
`,
  );
}

function pulumi(args: readonly string[], environment: Record<string, string> = {}): ChildProcess {
  return spawn("pulumi", [...args, "--stack", "test", "--non-interactive"], {
    cwd: folder,
    env: {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      CHAINFLEET_TEST_KEY: key,
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
}

async function run(
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  const child = pulumi(args, environment);
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on("data", (chunk: Buffer) => chunks.push(chunk));
  const [code] = await once(child, "close");
  return { code, output: Buffer.concat(chunks).toString() };
}

async function addresses(): Promise<`0x${string}`[]> {
  return JSON.parse((await run(["stack", "output", "addresses", "--json"])).output);
}

/** How many of the sender's transactions made a contract, and how many there are. */
async function sent(): Promise<{ made: number; all: number }> {
  const client = clientOf(node.directUrl);
  const last = await client.getBlockNumber();
  let made = 0;
  let all = 0;
  for (let number = 1n; number <= last; number += 1n) {
    const { transactions } = await client.getBlock({ blockNumber: number, includeTransactions: true });
    for (const { from, hash } of transactions) {
      if (from === sender.toLowerCase()) {
        all += 1;
        made += (await client.getTransactionReceipt({ hash })).status === "success" ? 1 : 0;
      }
    }
  }
  return { made, all };
}

async function expectAllThere(): Promise<void> {
  for (const address of await addresses()) {
    expect(await clientOf(node.directUrl).getCode({ address })).toMatch(/^0x[0-9a-f]{100}/);
  }
}

describe(`ForgeDeployment, seed ${SEED}`, () => {
  it("shows addresses in the preview, says which variable has no key, and deploys", async () => {
    writeProgram("first");
    expect((await run(["stack", "init"])).code).toBe(0);
    const preview = await run(["preview", "--json"]);
    expect(preview.code, preview.output).toBe(0);
    const planned = JSON.parse(preview.output).steps.flatMap(
      ({ newState }: { newState?: { inputs?: { address?: string } } }) => newState?.inputs?.address ?? [],
    );
    expect(planned).toHaveLength(3);

    const keyless = await run(["up", "--yes", "--skip-preview"], { CHAINFLEET_TEST_KEY: "" });
    expect(keyless.code).not.toBe(0);
    expect(keyless.output).toContain("The environment variable CHAINFLEET_TEST_KEY is not set.");

    const up = await run(["up", "--yes", "--skip-preview"]);
    expect(up.code, up.output).toBe(0);
    expect(new Set(await addresses())).toEqual(new Set(planned));
    await expectAllThere();
    expect(await sent()).toEqual({ made: 3, all: 3 });
    const state = readdirSync(join(folder, "state"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      .join("\n");
    expect(state.includes(key.slice(2))).toBe(false);
  });

  it("takes everything over, without a transaction, when the state was lost", async () => {
    expect((await run(["stack", "rm", "--yes", "--force"])).code).toBe(0);
    expect((await run(["stack", "init"])).code).toBe(0);
    const up = await run(["up", "--yes", "--skip-preview"]);
    expect(up.code, up.output).toBe(0);
    expect(await sent()).toEqual({ made: 3, all: 3 });
  });

  it(`has each contract once after kill -9 at ${KILLS} moments`, async () => {
    const moments = fc.sample(fc.noBias(fc.integer({ min: 5, max: 40 })), { seed: SEED, numRuns: KILLS });
    for (const [index, tenths] of moments.entries()) {
      writeProgram(`killed ${index}`);
      const before = await sent();
      const killed = pulumi(["up", "--yes", "--skip-preview"]);
      await Promise.race([
        once(killed, "close"),
        new Promise((resolve) => setTimeout(resolve, tenths * 100)),
      ]);
      killAll(killed);
      await run(["cancel", "--yes"]);
      const up = await run(["up", "--yes", "--skip-preview"]);
      expect(up.code, `after ${tenths / 10} s: ${up.output}`).toBe(0);
      await expectAllThere();
      expect((await sent()).made - before.made, `after ${tenths / 10} s`).toBe(3);
    }
  });
});

/** The engine and everything that runs in the test's folder: language host, program, dynamic provider. */
function killAll(engine: ChildProcess): void {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const isNode = !readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("anvil");
      if (readlinkSync(`/proc/${pid}/cwd`) === folder && isNode) {
        process.kill(Number(pid), "SIGKILL");
      }
    } catch {
      // It ended meanwhile.
    }
  }
  engine.kill("SIGKILL");
}
