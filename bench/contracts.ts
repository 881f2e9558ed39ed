import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Address, getContractAddress, numberToHex, parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { build } from "../components/contracts/build/build";
import { foundry } from "../components/contracts/build/foundry";
import { claimOf } from "../components/contracts/verification/claim";
import type { Claim, ExplorerSettings } from "../components/contracts/verification/explorer";
import { verifyAt } from "../components/contracts/verification/verify";
import { PROJECT_ROOT } from "../components/root";
import { ServiceProcess } from "../local/chains/testing";
import { type Step, steps, type TimedEvent } from "../scripts/run/events";
import { ContractsProject } from "../test/support/contracts-project";
import { TroubledAnvil } from "../test/support/troubled-anvil";

/** Figures of `contracts`; times in seconds of the wall clock. */
export interface Contracts {
  /** The most blocks that the nine contracts of a chain were in, of all rounds. */
  readonly blocksPerChain: number;
  /** Time of the four phases of the old scripts, by ours. Medians of the rounds. */
  readonly speedupVsPhases: number;
  /** Time of one deployment after the other, by ours. */
  readonly speedupVsSerial: number;
  /** Time of nine verifications together, by that of the slowest of them alone. */
  readonly verifyRatio: number;
  /** The lower bound: until the first block that can have them, half a block period on average. */
  readonly lowerBoundSeconds: number;
  readonly rounds: readonly { readonly ours: number; readonly phases: number; readonly serial: number }[];
  readonly verify: { readonly together: number; readonly alone: Readonly<Record<string, number>> };
  readonly blockSeconds: number;
  /** What the local explorer takes for one: a tenth of the old scripts' 90 s for nine, seed 000. */
  readonly explorerSeconds: number;
}

const ROUNDS = 3;
const BLOCK_SECONDS = 2;
const EXPLORER_SECONDS = 10;
const CHAINS = { chain138: 138, mainnet: 1 } as const;

/**
 * The phases of the old scripts (seed 000): what is in one goes at once, and the next begins when all of it is there.
 * The proxy gets an aggregator from before, as forge could not deploy both at the same time.
 */
const PHASES: readonly (readonly string[])[] = [
  ["Multicall", "WETH9", "WETH10"],
  ["CCIPRouter"],
  ["CCIPWETH9Bridge", "CCIPWETH10Bridge"],
  ["OracleAggregator", "OracleProxy", "MultiSig"],
];

/** Nine contracts on each of two chains at a block time of 2 s: ours against forge, in turns, in one run. */
export async function contracts(): Promise<Contracts> {
  const arena = await Arena.open();
  try {
    const rounds: Contracts["rounds"][number][] = [];
    const blocks: number[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      process.stderr.write(`contracts: round ${round} of ${ROUNDS}\n`);
      const ours = await arena.ours(`round ${round}`);
      blocks.push(...ours.blocks);
      const phases = await arena.forge(PHASES);
      const serial = await arena.forge(PHASES.flat().map((name) => [name]));
      rounds.push({ ours: ours.seconds, phases, serial });
    }
    process.stderr.write("contracts: verification\n");
    const verify = await arena.verify();
    const median = (of: (round: (typeof rounds)[0]) => number) =>
      [...rounds].map(of).sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
    return {
      blocksPerChain: Math.max(...blocks),
      speedupVsPhases: rounded(median(({ ours, phases }) => phases / ours)),
      speedupVsSerial: rounded(median(({ ours, serial }) => serial / ours)),
      verifyRatio: rounded(verify.together / Math.max(...Object.values(verify.alone))),
      lowerBoundSeconds: BLOCK_SECONDS / 2,
      rounds: rounds.map(({ ours, phases, serial }) => ({
        ours: rounded(ours),
        phases: rounded(phases),
        serial: rounded(serial),
      })),
      verify: {
        together: rounded(verify.together),
        alone: Object.fromEntries(
          Object.entries(verify.alone).map(([name, seconds]) => [name, rounded(seconds)]),
        ),
      },
      blockSeconds: BLOCK_SECONDS,
      explorerSeconds: EXPLORER_SECONDS,
    };
  } finally {
    await arena.close();
  }
}

/** Two nodes, the project that deploys to them, and an account for each of the rivals. */
class Arena {
  private constructor(
    readonly folder: string,
    readonly project: ContractsProject,
    readonly nodes: Readonly<Record<string, TroubledAnvil>>,
    readonly sender: Address,
  ) {}

  static async open(): Promise<Arena> {
    const folder = mkdtempSync(join(tmpdir(), "chainfleet-bench-"));
    // forge create looks into the project's own build.
    await promisify(execFile)(foundry("forge"), ["build"], { cwd: PROJECT_ROOT });
    const key = generatePrivateKey();
    const { address } = privateKeyToAccount(key);
    const project = await ContractsProject.create({ BENCH_KEY: key, BENCH_EXPLORER_KEY: "any" });
    const nodes: Record<string, TroubledAnvil> = {};
    for (const [name, chainId] of Object.entries(CHAINS)) {
      const node = await TroubledAnvil.start(
        ["--chain-id", String(chainId), "--block-time", String(BLOCK_SECONDS), "--hardfork", "shanghai"],
        join(folder, `${name}.json`),
      );
      await node.rpc("anvil_setBalance", [address, numberToHex(parseEther("1000"))]);
      nodes[name] = node;
      project.environment[variable(name)] = node.directUrl;
    }
    project.configure({});
    return new Arena(folder, project, nodes, address);
  }

  /** Our way: from the beginning of the first step to the end of the last, engine start aside. */
  async ours(salt: string): Promise<{ seconds: number; blocks: number[] }> {
    await this.project.loseState();
    this.#configure(salt, []);
    const done = await this.#up();
    const outputs = await this.project.outputs();
    const blocks = Object.keys(CHAINS).map(
      (chain) =>
        new Set(Object.values<{ block: number }>(outputs.contracts[chain]).map(({ block }) => block)).size,
    );
    return { seconds: span(done), blocks };
  }

  /** With forge create, on both chains at the same time, from an account of its own. */
  async forge(phases: readonly (readonly string[])[]): Promise<number> {
    const sender = privateKeyToAccount(generatePrivateKey()).address;
    for (const node of Object.values(this.nodes)) {
      await node.rpc("anvil_setBalance", [sender, numberToHex(parseEther("1000"))]);
      await node.rpc("anvil_impersonateAccount", [sender]);
    }
    const outputs = await this.project.outputs();
    const started = performance.now();
    await Promise.all(
      Object.entries(this.nodes).map(async ([chain, node]) => {
        let nonce = 0;
        const aggregator = outputs.contracts[chain].OracleAggregator.address as Address;
        for (const phase of phases) {
          await Promise.all(
            phase.map((name) => forgeCreate(node.directUrl, sender, name, nonce++, aggregator)),
          );
        }
      }),
    );
    return (performance.now() - started) / 1000;
  }

  /** Nine of one chain, each alone, and nine of the other, together by the engine. */
  async verify(): Promise<{ together: number; alone: Record<string, number> }> {
    const { sourcesHash } = await build(this.project.folder, () => {});
    const claims = (await this.#deployments("chain138")).map((deployment) =>
      claimOf(this.project.folder, CHAINS.chain138, { ...deployment, build: sourcesHash }),
    );
    return this.#withExplorer(async (url) => {
      // An explorer compiles on machines of its own: here it has done so before, and keeps that by the sources.
      const before = { kind: "blockscout", url: `${url}/blockscout/${CHAINS.chain138}/api/v2` } as const;
      await Promise.all(claims.map((claim) => this.#verified({ ...before, ratePerSecond: 5 }, claim)));
      const alone: Record<string, number> = {};
      const etherscan = { kind: "etherscan", url: `${url}/etherscan/v2/api`, apiKey: "any" } as const;
      for (const claim of claims) {
        const began = performance.now();
        await this.#verified({ ...etherscan, ratePerSecond: 5 }, claim);
        alone[claim.qualifiedName.split(":").at(-1) ?? ""] = (performance.now() - began) / 1000;
      }
      this.project.environment["BENCH_EXPLORER"] = url;
      this.#configure(`round ${ROUNDS}`, ["mainnet"]);
      const done = (await this.#up()).filter(({ type }) => type.endsWith(":ForgeVerification"));
      return { together: span(done), alone };
    });
  }

  async #verified(settings: ExplorerSettings, claim: Claim): Promise<void> {
    const result = await verifyAt(settings, claim);
    if (!result.verified) {
      throw new Error(`${claim.qualifiedName} was not verified: ${result.why}`);
    }
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.nodes).map((node) => node.stop()));
    this.project.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #withExplorer<Result>(work: (url: string) => Promise<Result>): Promise<Result> {
    const verifier = await ServiceProcess.start("local/verifier/main.ts", [
      ...["--state", mkdtempSync(join(this.folder, "verifier-")), "--seconds", String(EXPLORER_SECONDS)],
      ...Object.entries(CHAINS).flatMap(([name, id]) => ["--chain", `${id}=${this.nodes[name]?.directUrl}`]),
    ]);
    try {
      return await work(verifier.url("http"));
    } finally {
      await verifier.stop("SIGTERM");
    }
  }

  /** Runs `chainfleet up`. @returns its steps that changed something on a chain or at an explorer. */
  async #up(): Promise<Step[]> {
    const { code, output } = await this.project.chainfleet(["up", "--stack", "test", "--json"]);
    if (code !== 0) {
      throw new Error(`chainfleet up failed:\n${output}`);
    }
    const runs = join(this.project.folder, ".chainfleet/runs");
    const last = readdirSync(runs).sort().at(-1) ?? "";
    const events = readFileSync(join(runs, last, "events.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as TimedEvent);
    return steps(events).filter(({ type, op }) => type.startsWith("pulumi-nodejs:") && op !== "same");
  }

  async #deployments(chain: string): Promise<Deployment[]> {
    const { output } = await this.project.run(["stack", "export"]);
    const { deployment } = JSON.parse(output) as {
      deployment: { resources: { type: string; outputs: Deployment & { chain: { name: string } } }[] };
    };
    return deployment.resources
      .filter(({ type, outputs }) => type.endsWith(":ForgeDeployment") && outputs.chain.name === chain)
      .map(({ outputs }) => outputs);
  }

  #configure(salt: string, verified: readonly string[]): void {
    const owner = { account: "sender" };
    const bridge = { owner, router: { contract: "CCIPRouter" }, capacity: CAPACITY, refillPerSecond: REFILL };
    const all = (selector: number) => ({
      ...{ Multicall: {}, WETH9: {}, WETH10: {} },
      CCIPRouter: { args: { owner, chainSelector: selector } },
      CCIPWETH9Bridge: { args: { ...bridge, weth9: { contract: "WETH9" } } },
      CCIPWETH10Bridge: { args: { ...bridge, weth10: { contract: "WETH10" } } },
      OracleAggregator: {
        args: {
          admin: owner,
          decimals: 8,
          minAnswer: 1,
          maxAnswer: "1000000000000",
          description: "ETH / USD",
        },
      },
      OracleProxy: { args: { owner, aggregator: { contract: "OracleAggregator" } } },
      MultiSig: { args: { owners: [owner], threshold: 1 } },
    });
    const chains = Object.fromEntries(
      Object.entries(CHAINS).map(([name, chainId]) => [
        name,
        {
          chainId,
          rpcUrl: `\${${variable(name)}}`,
          sender: { address: this.sender, keyVariable: "BENCH_KEY" },
          contracts: all(chainId),
          explorers: verified.includes(name)
            ? [
                {
                  kind: "etherscan",
                  url: "$" + "{BENCH_EXPLORER}/etherscan/v2/api",
                  apiKey: "$" + "{BENCH_EXPLORER_KEY}",
                },
              ]
            : [],
        },
      ]),
    );
    this.project.configure(chains, { "chainfleet:contracts": { salt, chains } });
  }
}

/** What a claim is made of. */
type Deployment = Parameters<typeof claimOf>[2];

const CAPACITY = String(parseEther("1000"));
const REFILL = String(parseEther("1"));

/** Where a contract's source is. */
const SOURCES: Readonly<Record<string, string>> = {
  Multicall: "Multicall.sol",
  WETH9: "token/WETH9.sol",
  WETH10: "token/WETH10.sol",
  CCIPRouter: "bridge/CCIPRouter.sol",
  CCIPWETH9Bridge: "bridge/CCIPWETH9Bridge.sol",
  CCIPWETH10Bridge: "bridge/CCIPWETH10Bridge.sol",
  OracleAggregator: "oracle/OracleAggregator.sol",
  OracleProxy: "oracle/OracleProxy.sol",
  MultiSig: "MultiSig.sol",
};

/** One `forge create`, its nonce given, so that several at once do not take the same one. */
async function forgeCreate(
  rpcUrl: string,
  sender: Address,
  name: string,
  nonce: number,
  aggregator: Address,
): Promise<void> {
  const made = (at: number) => getContractAddress({ from: sender, nonce: BigInt(at) });
  const args: Readonly<Record<string, readonly string[]>> = {
    CCIPRouter: [sender, "138"],
    CCIPWETH9Bridge: [sender, made(3), made(1), CAPACITY, REFILL],
    CCIPWETH10Bridge: [sender, made(3), made(2), CAPACITY, REFILL],
    OracleAggregator: [sender, "8", "1", "1000000000000", "ETH / USD"],
    OracleProxy: [sender, aggregator],
    MultiSig: [`[${sender}]`, "1"],
  };
  await promisify(execFile)(
    foundry("forge"),
    [
      ...["create", `contracts/src/${SOURCES[name]}:${name}`, "--broadcast", "--rpc-url", rpcUrl],
      ...["--unlocked", "--from", sender, "--nonce", String(nonce)],
      ...(args[name] === undefined ? [] : ["--constructor-args", ...args[name]]),
    ],
    { cwd: PROJECT_ROOT },
  );
}

function variable(chain: string): string {
  return `BENCH_RPC_${chain.toUpperCase()}`;
}

function span(done: readonly Step[]): number {
  const ended = Math.max(...done.map((step) => step.ended ?? Number.NaN));
  return (ended - Math.min(...done.map(({ started }) => started))) / 1000;
}

function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}
