import { type Address, concat, type Hash, type Hex, keccak256 } from "viem";
import { type Build, build } from "../../components/contracts/build/build";
import { claimOf } from "../../components/contracts/verification/claim";
import type { ExplorerSettings } from "../../components/contracts/verification/explorer";
import { type Result, verifyAt } from "../../components/contracts/verification/verify";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import { explorersOf } from "../../stacks/config/explorer-settings";
import { requireExplorerVariables } from "../../stacks/config/variable-findings";
import { EngineCommand } from "../engine/command";
import { contractsConfig } from "../engine/config";
import { openStack } from "../engine/stack";
import { readState, type State } from "../engine/state";
import { tableOf } from "../table";
import { isDeployment, refusals } from "./deployed";

/** What `chainfleet contracts verify` is asked for. */
export interface VerifyOptions {
  readonly stack: string;
  readonly json: boolean;
}

/** What became of one contract. */
interface Verified {
  readonly chain: string;
  readonly name: string;
  readonly address: Address;
  readonly verified: boolean;
  /** By explorer; empty when the sources are not those of the contract. */
  readonly results: readonly Result[];
  /** Everything that keeps it from being verified. */
  readonly why?: string;
}

/**
 * `chainfleet contracts verify [name…]`: verifies what is deployed, all or some, at the explorers of the config, all
 * at the same time. What is verified already counts as done. The stack's state is not changed.
 *
 * @returns the process' exit code: 1 if a contract is not verified.
 */
export async function verify(
  names: readonly string[],
  { stack: stackName, json }: VerifyOptions,
): Promise<number> {
  const command = new EngineCommand();
  const file = `Pulumi.${stackName}.yaml`;
  const config = await contractsConfig(stackName, command);
  const deployments = deploymentsOf(await readState(await openStack(stackName, command), command));
  const unknown = names.filter((name) => !deployments.some(({ deployment }) => deployment === name));
  if (unknown.length > 0) {
    throw new ChainfleetError({
      code: "CONTRACT_NOT_DEPLOYED",
      summary: `${unknown.join(", ")}: not deployed by the stack "${stackName}".`,
      next: "chainfleet contracts list shows what is.",
    });
  }
  const explorersOn = (chain: string) => {
    const chainConfig = config.chains[chain];
    return chainConfig === undefined ? [] : explorersOf(chainConfig);
  };
  const asked = deployments
    .filter(
      ({ chain, deployment }) =>
        explorersOn(chain.name).length > 0 && (names.length === 0 || names.includes(deployment)),
    )
    .sort((a, b) => a.chain.name.localeCompare(b.chain.name) || a.deployment.localeCompare(b.deployment));
  if (asked.length === 0) {
    throw new ChainfleetError({
      code: "EXPLORERS_NOT_CONFIGURED",
      summary: `No chain of these contracts has explorers in ${file}.`,
      next: "Set explorers under contracts.chains.<name>; docs/config.md describes them.",
    });
  }
  const unasked = names.filter((name) => !asked.some(({ deployment }) => deployment === name));
  if (unasked.length > 0) {
    throw new ChainfleetError({
      code: "EXPLORERS_NOT_CONFIGURED",
      summary: `${unasked.join(", ")}: the chain has no explorers in ${file}.`,
      next: "Set explorers under contracts.chains.<name>, or leave the name out.",
    });
  }
  const chainsAsked = new Set(asked.map(({ chain }) => chain.name));
  requireExplorerVariables(
    Object.fromEntries(Object.entries(config.chains).filter(([name]) => chainsAsked.has(name))),
    file,
  );
  const built = await build(PROJECT_ROOT, (line) => process.stderr.write(`${line}\n`));
  const done = await Promise.all(
    asked.map((deployment) => verifyOne(deployment, explorersOn(deployment.chain.name), built)),
  );
  const count = done.filter(({ verified }) => verified).length;
  process.stdout.write(json ? `${JSON.stringify({ contracts: done })}\n` : `${table(done, count)}\n`);
  return count === done.length ? 0 : 1;
}

function table(done: readonly Verified[], count: number): string {
  const lines = tableOf(
    ["chain", "contract", "address", "verified"],
    done.map(({ chain, name, address, verified }) => [chain, name, address, verified ? "yes" : "no"]),
  );
  return [lines, ...refusals(done), `${count} of ${done.length} contracts are verified`].join("\n");
}

async function verifyOne(
  deployment: Deployment,
  explorers: readonly ExplorerSettings[],
  built: Build,
): Promise<Verified> {
  const { chain, deployment: name, address } = deployment;
  const results = isBuiltFrom(deployment, built)
    ? await Promise.all(
        explorers.map((explorer) =>
          verifyAt(
            explorer,
            claimOf(PROJECT_ROOT, chain.chainId, { ...deployment, build: built.sourcesHash }),
          ),
        ),
      )
    : undefined;
  const reasons =
    results === undefined
      ? ["contracts/src is not what it was deployed from: check those sources out, or deploy these"]
      : results.flatMap(({ explorer, why }) => (why === undefined ? [] : [`${explorer}: ${why}`]));
  const why = reasons.join("; ");
  process.stderr.write(`${chain.name} ${name}: ${why === "" ? "verified" : why}\n`);
  return {
    ...{ chain: chain.name, name, address, verified: why === "", results: results ?? [] },
    ...(why === "" ? {} : { why }),
  };
}

function isBuiltFrom(
  { contract, encodedArguments, initCodeHash }: Deployment,
  { artifacts }: Build,
): boolean {
  const { creationCode = "0x" } = artifacts.get(contract) ?? {};
  return keccak256(concat([creationCode, encodedArguments])) === initCodeHash;
}

/** A deployment as the state has it, that is of our own code. */
interface Deployment {
  readonly chain: { readonly name: string; readonly chainId: number };
  readonly deployment: string;
  readonly contract: string;
  readonly build: string;
  readonly method: { readonly kind: string };
  readonly address: Address;
  readonly encodedArguments: Hex;
  readonly initCodeHash: Hex;
  readonly transaction: Hash | "";
}

function deploymentsOf({ resources = [] }: State): Deployment[] {
  return resources
    .filter(isDeployment)
    .map(({ outputs }) => outputs as unknown as Deployment)
    .filter(({ method }) => method.kind !== "existing");
}
