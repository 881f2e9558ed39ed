import * as pulumi from "@pulumi/pulumi";
import { type Build, build as buildContracts } from "../components/contracts/build/build";
import { ForgeBuild } from "../components/contracts/build/forge-build";
import { ContractSet, type ExpectedDeployment } from "../components/contracts/contract-set";
import type { ContractKey } from "../components/contracts/definitions/references";
import type { ForgeDeployment } from "../components/contracts/deployment/deployment";
import { strategyOf } from "../components/contracts/deployment/strategies";
import type { PlannedChain } from "../components/contracts/plan/plan";
import { isOwnedByItsCreator } from "../components/contracts/validation/constructor-caller";
import { PROJECT_ROOT } from "../components/root";
import { planOf, senderOf } from "./config/contract-plan";
import type { ContractsChainConfig, ContractsConfig } from "./config/contracts-schema";
import { explorersOf } from "./config/explorer-settings";
import { noRpcNodes, type RpcRegion, rpcUrlIn } from "./config/rpc-url";
import type { Config } from "./config/schema";
import { variableFindings } from "./config/variable-findings";

/** Contracts as they will be on their chains; nothing is registered yet. */
export interface ContractsPlan {
  readonly config: ContractsConfig;
  readonly build: Build;
  readonly chains: readonly PlannedChain[];
}

/**
 * Builds the contracts and plans them: every mistake is found here, before anything is created.
 *
 * @throws ConfigError with all findings at once; ChainfleetError when the sources do not compile.
 */
export async function planStack(
  config: ContractsConfig,
  keys: Config["keys"],
  file: string,
): Promise<ContractsPlan> {
  const built = await buildContracts(PROJECT_ROOT, (line) => pulumi.log.info(line));
  const chains = planOf(
    config,
    built.artifacts,
    pulumi.runtime.isDryRun() ? [] : await variableFindings(config, keys),
    file,
  );
  for (const chain of chains) {
    warnOfLostOwners(chain, built);
  }
  return { config, build: built, chains };
}

/** A constructor may have other reasons to read `msg.sender`, so it is no mistake; but it cannot be undone. */
function warnOfLostOwners({ name, contracts: planned }: PlannedChain, { artifacts }: Build): void {
  for (const { name: contract, contract: source, method } of planned) {
    const artifact = artifacts.get(source);
    const isCreatedByDeployer = strategyOf(method).needsDeterministicDeployer;
    if (isCreatedByDeployer && artifact !== undefined && isOwnedByItsCreator(artifact)) {
      pulumi.log.warn(
        `${contract} on ${name}: its constructor reads msg.sender, which is the deterministic deployer and not the sender; what that owns nobody has. Give the owner as an argument, or set create: create.`,
      );
    }
  }
}

/** The contracts stack: a set for each chain. Returns the stack's outputs. */
export function contracts(
  { config, build, chains }: ContractsPlan,
  regions: readonly RpcRegion<pulumi.Input<string>>[],
) {
  const forgeBuild = new ForgeBuild("contracts-build", build);
  const deployments = new Map<ContractKey, ExpectedDeployment>(
    chains.flatMap((chain) =>
      chain.contracts.map(({ key }) => {
        const [deployment, resolve] = pulumi.deferredOutput<ForgeDeployment>();
        return [key, { deployment, resolve }] as const;
      }),
    ),
  );
  return {
    contracts: Object.fromEntries(
      chains.map((plan) => {
        const chain = config.chains[plan.name] as ContractsChainConfig;
        const { chainId, maxPending, confirmations, feeCeilingGwei } = chain;
        const set = new ContractSet(plan.name, {
          chain: { name: plan.name, chainId, maxPending, confirmations, feeCeilingGwei },
          rpcUrl: endpoint(chain, regions),
          sender: senderOf(chain),
          plan,
          build: forgeBuild,
          explorers: explorersOf(chain),
          deployments,
        });
        return [plan.name, set.contracts];
      }),
    ),
  };
}

function endpoint(
  { rpcUrl, rpcStack, rpcRegion }: ContractsChainConfig,
  regions: readonly RpcRegion<pulumi.Input<string>>[],
): pulumi.Input<string> {
  if (rpcUrl !== undefined) {
    return rpcUrl;
  }
  if (rpcStack !== undefined) {
    return referenceTo(rpcStack)
      .requireOutput("regions")
      .apply((known: RpcRegion<string>[]) => found(known, rpcRegion, rpcStack));
  }
  return found(regions, rpcRegion, "this stack");
}

/** One for each stack, however many chains it has. */
function referenceTo(stack: string): pulumi.StackReference {
  const reference = references.get(stack) ?? new pulumi.StackReference(stack);
  references.set(stack, reference);
  return reference;
}

const references = new Map<string, pulumi.StackReference>();

function found<Url>(regions: readonly RpcRegion<Url>[], name: string | undefined, stack: string): Url {
  const url = rpcUrlIn(regions, name);
  if (url === undefined) {
    throw new pulumi.RunError(noRpcNodes(stack, name));
  }
  return url;
}
