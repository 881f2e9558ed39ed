import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type Address, getContractAddress } from "viem";
import { forge } from "../../components/contracts/build/foundry";
import { PROJECT_ROOT } from "../../components/root";
import { CAPACITY_ETHER, REFILL_ETHER_PER_HOUR } from "./stack-config";

/** Source file of each contract. */
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

/** A chain to which forge deploys. */
export interface ForgeTarget {
  readonly rpcUrl: string;
  /** An account that the node impersonates and that has sent no transaction. */
  readonly sender: Address;
  /** An aggregator for the proxy. forge cannot deploy both in one phase, so the aggregator is an earlier one. */
  readonly aggregator: Address;
}

/** Builds the contracts in this tree, where `forge create` looks for them. */
export async function buildWithForge(): Promise<void> {
  await runForge("build");
}

/** Deploys contracts with `forge create`: those of one phase at once, the phases one after the other. */
export async function deployWithForge(
  target: ForgeTarget,
  phases: readonly (readonly string[])[],
): Promise<void> {
  let nonce = 0;
  for (const phase of phases) {
    await Promise.all(phase.map((name) => create(target, name, nonce++)));
  }
}

/** Runs `forge create` with a given nonce, so that concurrent runs do not use the same nonce. */
async function create(
  { rpcUrl, sender, aggregator }: ForgeTarget,
  name: string,
  nonce: number,
): Promise<void> {
  const deployedWith = (at: number) => getContractAddress({ from: sender, nonce: BigInt(at) });
  const [weth9, weth10, router] = [deployedWith(1), deployedWith(2), deployedWith(3)];
  const args: Readonly<Record<string, readonly string[]>> = {
    CCIPRouter: [sender, "138", weth9],
    CCIPWETH9Bridge: [sender, router, weth9, CAPACITY_ETHER, REFILL_ETHER_PER_HOUR],
    CCIPWETH10Bridge: [sender, router, weth10, CAPACITY_ETHER, REFILL_ETHER_PER_HOUR],
    OracleAggregator: [sender, "8", "1", "1000000000000", "ETH / USD"],
    OracleProxy: [sender, aggregator],
    MultiSig: [`[${sender}]`, "1"],
  };
  await runForge(
    "create",
    `contracts/src/${SOURCES[name]}:${name}`,
    "--broadcast",
    "--rpc-url",
    rpcUrl,
    "--unlocked",
    "--from",
    sender,
    "--nonce",
    String(nonce),
    ...(args[name] === undefined ? [] : ["--constructor-args", ...args[name]]),
  );
}

async function runForge(...args: readonly string[]): Promise<void> {
  await promisify(execFile)(forge(), args, { cwd: PROJECT_ROOT });
}
