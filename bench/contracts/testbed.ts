import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Address, numberToHex, parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { build } from "../../components/contracts/build/build";
import { claimOf } from "../../components/contracts/verification/claim";
import type { Claim, ExplorerSettings } from "../../components/contracts/verification/explorer";
import { verifyAt } from "../../components/contracts/verification/verify";
import { ServiceProcess } from "../../local/testing/service-process";
import { type Step, steps } from "../../scripts/run/events";
import { ContractsProject } from "../../test/support/contracts/contracts-project";
import { FaultyAnvil } from "../../test/support/contracts/faulty-anvil";
import { eventsOfLastRun } from "../../test/support/engine-output";
import { buildWithForge, deployWithForge } from "./forge";
import { CHAINS, chainsConfig, rpcVariable } from "./stack-config";

export const BLOCK_SECONDS = 2;
/** How long the local explorer takes for one verification. The old scripts took 90 s for nine contracts (seed 000). */
export const EXPLORER_SECONDS = 10;

/** Two nodes, and the project that deploys to them. */
export class Testbed {
  private constructor(
    readonly folder: string,
    readonly project: ContractsProject,
    readonly nodes: Readonly<Record<string, FaultyAnvil>>,
    readonly sender: Address,
  ) {}

  static async open(): Promise<Testbed> {
    const folder = mkdtempSync(join(tmpdir(), "chainfleet-bench-"));
    await buildWithForge();
    const key = generatePrivateKey();
    const { address } = privateKeyToAccount(key);
    const project = await ContractsProject.create({ BENCH_KEY: key, BENCH_EXPLORER_KEY: "any" });
    const nodes: Record<string, FaultyAnvil> = {};
    for (const [name, chainId] of Object.entries(CHAINS)) {
      const node = await FaultyAnvil.start(
        ["--chain-id", String(chainId), "--block-time", String(BLOCK_SECONDS), "--hardfork", "shanghai"],
        join(folder, `${name}.json`),
      );
      await node.rpc("anvil_setBalance", [address, numberToHex(parseEther("1000"))]);
      nodes[name] = node;
      project.environment[rpcVariable(name)] = node.directUrl;
    }
    project.configure({});
    return new Testbed(folder, project, nodes, address);
  }

  /**
   * Deploys with chainfleet. The duration runs from the start of the first resource to the end of the last resource;
   * the start of the engine is not part of it.
   */
  async deployWithChainfleet(salt: string): Promise<{ seconds: number; blocks: number[] }> {
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

  /** Deploys with forge to both chains at once, from a new account. @returns the duration in seconds. */
  async deployWithForge(phases: readonly (readonly string[])[]): Promise<number> {
    const sender = privateKeyToAccount(generatePrivateKey()).address;
    for (const node of Object.values(this.nodes)) {
      await node.rpc("anvil_setBalance", [sender, numberToHex(parseEther("1000"))]);
      await node.rpc("anvil_impersonateAccount", [sender]);
    }
    const outputs = await this.project.outputs();
    const started = performance.now();
    await Promise.all(
      Object.entries(this.nodes).map(([chain, node]) => {
        const aggregator = outputs.contracts[chain].OracleAggregator.address as Address;
        return deployWithForge({ rpcUrl: node.directUrl, sender, aggregator }, phases);
      }),
    );
    return (performance.now() - started) / 1000;
  }

  /** Verifies the nine contracts of one chain one by one, and those of the other chain together, by the engine. */
  async verify(salt: string): Promise<{ together: number; alone: Record<string, number> }> {
    const { sourcesHash } = await build(this.project.folder, () => {});
    const claims = (await this.#deployments("chain138")).map((deployment) =>
      claimOf(this.project.folder, CHAINS.chain138, { ...deployment, build: sourcesHash }),
    );
    return this.#withExplorer(async (url) => {
      // A real explorer compiles on its own machines. Here the compiler would compete with the engine for this machine's
      // cores, so the sources are compiled once before the measurement; the local explorer caches the result.
      const cacheWarmer = { kind: "blockscout", url: `${url}/blockscout/${CHAINS.chain138}/api/v2` } as const;
      await Promise.all(claims.map((claim) => this.#verified({ ...cacheWarmer, ratePerSecond: 5 }, claim)));
      const alone: Record<string, number> = {};
      const etherscan = { kind: "etherscan", url: `${url}/etherscan/v2/api`, apiKey: "any" } as const;
      for (const claim of claims) {
        const started = performance.now();
        await this.#verified({ ...etherscan, ratePerSecond: 5 }, claim);
        alone[claim.qualifiedName.split(":").at(-1) ?? ""] = (performance.now() - started) / 1000;
      }
      this.project.environment["BENCH_EXPLORER"] = url;
      this.#configure(salt, ["mainnet"]);
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
      "--state",
      mkdtempSync(join(this.folder, "verifier-")),
      "--seconds",
      String(EXPLORER_SECONDS),
      ...Object.entries(CHAINS).flatMap(([name, id]) => ["--chain", `${id}=${this.nodes[name]?.directUrl}`]),
    ]);
    try {
      return await work(verifier.url("http"));
    } finally {
      await verifier.stop("SIGTERM");
    }
  }

  /** Runs `chainfleet up`. @returns the steps that changed something on a chain or at an explorer. */
  async #up(): Promise<Step[]> {
    const { code, output } = await this.project.chainfleet(["up", "--stack", "test", "--json"]);
    if (code !== 0) {
      throw new Error(`chainfleet up failed:\n${output}`);
    }
    return steps(eventsOfLastRun(this.project.folder)).filter(
      ({ type, op }) => type.startsWith("pulumi-nodejs:") && op !== "same",
    );
  }

  async #deployments(chain: string): Promise<Deployment[]> {
    const { stdout } = await this.project.run(["stack", "export"]);
    const { deployment } = JSON.parse(stdout) as {
      deployment: { resources: { type: string; outputs: Deployment & { chain: { name: string } } }[] };
    };
    return deployment.resources
      .filter(({ type, outputs }) => type.endsWith(":ForgeDeployment") && outputs.chain.name === chain)
      .map(({ outputs }) => outputs);
  }

  #configure(salt: string, verified: readonly string[]): void {
    this.project.configure(chainsConfig(this.sender, verified), salt);
  }
}

/** The properties of a deployment in the state from which a claim is made. */
type Deployment = Parameters<typeof claimOf>[2];

/** Seconds from the start of the first step to the end of the last step. */
function span(done: readonly Step[]): number {
  const ended = Math.max(...done.map((step) => step.ended ?? Number.NaN));
  return (ended - Math.min(...done.map(({ started }) => started))) / 1000;
}
