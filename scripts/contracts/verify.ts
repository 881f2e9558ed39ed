import { type Address, concat, type Hash, type Hex, keccak256 } from "viem";
import {
  type LibraryAddresses,
  linkedCreationCode,
  qualifiedLibrary,
} from "../../components/contracts/build/artifact";
import { type Build, build } from "../../components/contracts/build/build";
import { claimOf } from "../../components/contracts/verification/claim";
import { type Result, verifyAt } from "../../components/contracts/verification/verify";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import type { ContractsConfig } from "../../stacks/config/contracts/contracts-schema";
import { requireExplorerVariables } from "../../stacks/config/contracts/variable-findings";
import { stackFile } from "../../stacks/config/written/written-config";
import { EngineCommand } from "../engine/command";
import { contractsConfig } from "../engine/config";
import { openStack } from "../engine/stack";
import { readState, type State } from "../engine/state";
import { tableOf } from "../terminal/table";
import { isDeployment, refusals } from "./deployed";

/** The options of `chainfleet contracts verify`. */
export interface VerifyOptions {
  readonly stack: string;
  /** Whether to print the results as JSON instead of a table. */
  readonly json: boolean;
}

/**
 * `chainfleet contracts verify [name…]`: verifies the deployed contracts of a stack, or only the named contracts, at
 * the explorers in the stack's config, all at the same time. A contract that an explorer has verified already counts as
 * verified. The state of the stack does not change.
 *
 * @param names of deployments, on whichever chain; none for all deployments.
 * @returns the exit code of the process: 1 if a contract is not verified, else 0.
 * @throws ChainfleetError `CONTRACT_NOT_DEPLOYED`, `EXPLORERS_NOT_CONFIGURED`; ConfigError if an environment variable
 *   of an explorer is not set.
 */
export async function verify(names: readonly string[], { stack, json }: VerifyOptions): Promise<number> {
  const file = stackFile(stack);
  const command = new EngineCommand();
  const { chains } = await contractsConfig(stack, command);
  const deployments = ownDeployments(await readState(await openStack(stack, command), command));
  refuseUnknownNames(names, deployments, stack);
  const selection = select(deployments, names, chains);
  refuseWithoutExplorers(names, selection, file);
  requireExplorerVariables(chainsOf(selection, chains), file);
  const built = await build(PROJECT_ROOT, (line) => process.stderr.write(`${line}\n`));
  const outcomes = await Promise.all(selection.map((deployment) => verifyOne(deployment, chains, built)));
  process.stdout.write(json ? `${JSON.stringify({ contracts: outcomes })}\n` : `${table(outcomes)}\n`);
  return outcomes.every(({ verified }) => verified) ? 0 : 1;
}

/** A deployment of a contract of this project, as it is in the state. */
interface Deployment {
  readonly chain: { readonly name: string; readonly chainId: number };
  readonly deployment: string;
  readonly contract: string;
  readonly build: string;
  readonly method: { readonly kind: string };
  readonly address: Address;
  /** The addresses of the libraries in the code. Absent if the code has none. */
  readonly libraries?: LibraryAddresses;
  readonly encodedArguments: Hex;
  readonly initCodeHash: Hex;
  readonly transaction: Hash | "";
}

/** The deployments in a state, without contracts that existed before: their sources may be other than ours. */
function ownDeployments({ resources = [] }: State): Deployment[] {
  return resources
    .filter(isDeployment)
    .map(({ outputs }) => outputs as unknown as Deployment)
    .filter(({ method }) => method.kind !== "existing");
}

function refuseUnknownNames(
  names: readonly string[],
  deployments: readonly Deployment[],
  stack: string,
): void {
  const unknown = namesMissingIn(deployments, names);
  if (unknown.length > 0) {
    throw new ChainfleetError({
      code: "CONTRACT_NOT_DEPLOYED",
      summary: `The stack "${stack}" has not deployed ${unknown.join(", ")}.`,
      next: `To show the contracts that the stack has deployed: chainfleet contracts list --stack ${stack}`,
    });
  }
}

type Chains = ContractsConfig["chains"];

/**
 * The named deployments on chains with explorers, or all of them if no deployment is named, sorted by chain and name.
 */
function select(
  deployments: readonly Deployment[],
  names: readonly string[],
  chains: Chains,
): readonly Deployment[] {
  return deployments
    .filter(({ deployment }) => names.length === 0 || names.includes(deployment))
    .filter(({ chain }) => (chains[chain.name]?.explorers ?? []).length > 0)
    .sort((a, b) => a.chain.name.localeCompare(b.chain.name) || a.deployment.localeCompare(b.deployment));
}

function refuseWithoutExplorers(
  names: readonly string[],
  selection: readonly Deployment[],
  file: string,
): void {
  if (selection.length === 0) {
    throw new ChainfleetError({
      code: "EXPLORERS_NOT_CONFIGURED",
      summary: `None of the chains of these contracts has explorers in ${file}.`,
      next: "Set explorers under chainfleet:contracts.chains.<name>. Every key is described in docs/config.md.",
    });
  }
  const withoutExplorers = namesMissingIn(selection, names);
  if (withoutExplorers.length > 0) {
    throw new ChainfleetError({
      code: "EXPLORERS_NOT_CONFIGURED",
      summary: `No chain of ${withoutExplorers.join(", ")} has explorers in ${file}.`,
      next: "Set explorers under chainfleet:contracts.chains.<name>, or run the command again without these names.",
    });
  }
}

function namesMissingIn(deployments: readonly Deployment[], names: readonly string[]): string[] {
  return names.filter((name) => !deployments.some(({ deployment }) => deployment === name));
}

/** The config of the chains on which the selected deployments are. */
function chainsOf(selection: readonly Deployment[], chains: Chains): Chains {
  const selected = new Set(selection.map(({ chain }) => chain.name));
  return Object.fromEntries(Object.entries(chains).filter(([name]) => selected.has(name)));
}

/** How the verification of one contract ended. */
interface Outcome {
  readonly chain: string;
  readonly name: string;
  readonly address: Address;
  readonly verified: boolean;
  /** One result for each explorer. Empty if the contract was not built from the present sources. */
  readonly results: readonly Result[];
  /** Every reason why the contract is not verified. */
  readonly why?: string;
}

async function verifyOne(deployment: Deployment, chains: Chains, built: Build): Promise<Outcome> {
  const { chain, deployment: name, address } = deployment;
  const isCurrent = isBuiltFrom(deployment, built);
  const results = isCurrent ? await resultsAt(deployment, chains, built) : [];
  const reasons = isCurrent
    ? results.flatMap(({ explorer, why }) => (why === undefined ? [] : [`${explorer}: ${why}`]))
    : [
        "the contract was deployed from other sources than those in contracts/src; check out the sources of the deployment, or deploy the present sources",
      ];
  const why = reasons.join("; ");
  process.stderr.write(`${chain.name} ${name}: ${why === "" ? "verified" : why}\n`);
  const outcome = { chain: chain.name, name, address, verified: why === "", results };
  return why === "" ? outcome : { ...outcome, why };
}

function isBuiltFrom(
  { contract, libraries = {}, encodedArguments, initCodeHash }: Deployment,
  { artifacts }: Build,
): boolean {
  const artifact = artifacts.get(contract);
  const isLinkable = artifact?.libraries.every((library) => qualifiedLibrary(library) in libraries);
  return (
    artifact !== undefined &&
    isLinkable === true &&
    keccak256(concat([linkedCreationCode(artifact, libraries), encodedArguments])) === initCodeHash
  );
}

function resultsAt(deployment: Deployment, chains: Chains, { sourcesHash }: Build): Promise<Result[]> {
  const { name, chainId } = deployment.chain;
  const claim = claimOf(PROJECT_ROOT, chainId, { ...deployment, build: sourcesHash });
  return Promise.all((chains[name]?.explorers ?? []).map((explorer) => verifyAt(explorer, claim)));
}

function table(outcomes: readonly Outcome[]): string {
  const lines = tableOf(
    ["chain", "contract", "address", "verified"],
    outcomes.map(({ chain, name, address, verified }) => [chain, name, address, verified ? "yes" : "no"]),
  );
  const count = outcomes.filter(({ verified }) => verified).length;
  return [lines, ...refusals(outcomes), `${count} of ${outcomes.length} contracts are verified`].join("\n");
}
