import * as pulumi from "@pulumi/pulumi";
import type { NetworkHealth } from "../components/besu/health/network-health";
import { type Build, build as buildContracts } from "../components/contracts/build/build";
import { ForgeBuild } from "../components/contracts/build/forge-build";
import { ContractSet, type ExpectedDeployment } from "../components/contracts/contract-set";
import {
  type ContractKey,
  PLACEHOLDER_ADDRESS,
  withPlaceholders,
} from "../components/contracts/definitions/references";
import type { ForgeDeployment } from "../components/contracts/deployment/deployment";
import { strategyOf } from "../components/contracts/deployment/strategies";
import type { PlannedChain } from "../components/contracts/plan/plan";
import { rememberedKeepers } from "../components/contracts/validation/remembered-creators";
import { givingWay } from "../components/engine/giving-way";
import { ChainfleetError } from "../components/error";
import { PROJECT_ROOT } from "../components/root";
import { planOf, senderOf } from "./config/contracts/contract-plan";
import {
  type ContractsChainConfig,
  type ContractsConfig,
  fullChainConfigKey,
} from "./config/contracts/contracts-schema";
import { noRpcNodes, type RpcRegion, rpcUrlIn } from "./config/contracts/rpc-url";
import { variableFindings } from "./config/contracts/variable-findings";
import type { Config } from "./config/schema";

/** The compiled contracts and the plan of each chain, before any resource is registered. */
export interface ContractsPlan {
  readonly config: ContractsConfig;
  readonly build: Build;
  readonly chains: readonly PlannedChain[];
}

/**
 * Compiles the contracts and plans their deployment. Every mistake in the config is found here, before any resource is
 * created.
 *
 * @param file the stack's config file, for messages.
 * @throws ConfigError with all findings at once.
 * @throws ChainfleetError CONTRACTS_DO_NOT_COMPILE.
 */
export async function planStack(
  config: ContractsConfig,
  keys: Config["keys"],
  file: string,
): Promise<ContractsPlan> {
  // The build waits for forge, which says its settings.
  const [compiled, findings] = await Promise.all([
    buildContracts(PROJECT_ROOT, (line) => pulumi.log.info(line)),
    pulumi.runtime.isDryRun() ? [] : variableFindings(config, keys),
  ]);
  return { config, build: compiled, chains: planOf(config, compiled.artifacts, findings, file) };
}

/**
 * Warns of contracts whose owner would be the deterministic deployer. Call the function when the resources are registered:
 * nothing waits for its answer, which may take half a second.
 */
export async function warnOfLostOwners({ chains, build }: ContractsPlan): Promise<void> {
  for (const chain of chains) {
    await warnOfLostOwnersOn(chain, build);
  }
}

/** This is a warning and no finding, because a contract may keep its creator for another reason. */
async function warnOfLostOwnersOn(
  { name, contracts: planned }: PlannedChain,
  { artifacts }: Build,
): Promise<void> {
  const creations = planned.flatMap(
    ({ name: contract, contract: source, method, address, value, waitsFor, creation }) => {
      const artifact = artifacts.get(source);
      if (!strategyOf(method).needsDeterministicDeployer || artifact === undefined) {
        return [];
      }
      const { initCode } = creation(withPlaceholders(waitsFor, new Map()));
      const { runtimeCode } = artifact;
      return [{ name: contract, address: address ?? PLACEHOLDER_ADDRESS, initCode, runtimeCode, value }];
    },
  );
  for (const contract of await rememberedKeepers(PROJECT_ROOT, creations)) {
    pulumi.log.warn(
      `${contract} on ${name}: the contract keeps msg.sender of its creation, which is the deterministic deployer and not the sender. If msg.sender becomes the contract's owner, anything it owns is lost. Pass the owner as an argument, or set create: create.`,
    );
  }
}

/** The network that is in the stack of contracts. */
export interface NetworkOfContracts {
  readonly chainId: number;
  readonly regions: readonly RpcRegion<pulumi.Input<string>>[];
  /** Contracts on the network's own chain wait for it. Undefined if the config has no health gate. */
  readonly health: NetworkHealth | undefined;
  /** Fulfilled when the engine is asked for the network's clusters, whose chains of operations are the longest. */
  readonly clustersRequested: Promise<unknown>;
}

/**
 * Registers the resources of the contracts stack: a ContractSet for each chain.
 *
 * @param network undefined if the stack has contracts alone.
 * @returns the stack's outputs.
 */
export function contracts({ config, build, chains }: ContractsPlan, network: NetworkOfContracts | undefined) {
  tellPredictedAddresses(chains);
  const forgeBuild = new ForgeBuild("contracts-build", build);
  const deployments = new Map<ContractKey, ExpectedDeployment>(
    chains.flatMap((chain) =>
      chain.contracts.map(({ key }) => {
        const [deployment, resolve] = pulumi.deferredOutput<ForgeDeployment>();
        return [key, { deployment, resolve }] as const;
      }),
    ),
  );
  const transformations =
    network === undefined ? {} : { transformations: [givingWay(network.clustersRequested)] };
  return {
    contracts: Object.fromEntries(
      chains.map((plan) => {
        const chain = config.chains[plan.name] as ContractsChainConfig;
        const { chainId, maxPending, confirmations, feeCeilingGwei } = chain;
        const set = new ContractSet(
          plan.name,
          {
            chain: {
              name: plan.name,
              configKey: fullChainConfigKey(plan.name),
              chainId,
              maxPending,
              confirmations,
              feeCeilingGwei,
            },
            rpcUrl: rpcUrlOf(chain, network?.regions ?? []),
            sender: senderOf(chain),
            plan,
            build: forgeBuild,
            explorers: chain.explorers,
            after: network?.health !== undefined && chainId === network.chainId ? [network.health] : [],
            deployments,
          },
          transformations,
        );
        return [plan.name, set.contracts];
      }),
    ),
  };
}

/** Previews show the addresses as messages too, because `--suppress-outputs` hides a stack's outputs. */
function tellPredictedAddresses(chains: readonly PlannedChain[]): void {
  if (!pulumi.runtime.isDryRun()) {
    return;
  }
  for (const { name, contracts: planned } of chains) {
    const lines = planned.map(
      ({ name: contract, address }) => `  ${contract} ${address ?? "(known once it is deployed)"}`,
    );
    if (lines.length > 0) {
      pulumi.log.info(`${name}: the addresses of the contracts\n${lines.join("\n")}`);
    }
  }
}

function rpcUrlOf(
  { rpcUrl, rpcStack, rpcRegion }: ContractsChainConfig,
  regions: readonly RpcRegion<pulumi.Input<string>>[],
): pulumi.Input<string> {
  if (rpcUrl !== undefined) {
    return rpcUrl;
  }
  if (rpcStack !== undefined) {
    return referenceTo(rpcStack)
      .requireOutput("regions")
      .apply((networkRegions: RpcRegion<string>[]) => requireRpcUrl(networkRegions, rpcRegion, rpcStack));
  }
  return requireRpcUrl(regions, rpcRegion, "This stack");
}

/** The reference to a stack. Chains that use the same stack share a reference. */
function referenceTo(stack: string): pulumi.StackReference {
  const reference = references.get(stack) ?? new pulumi.StackReference(stack);
  references.set(stack, reference);
  return reference;
}

const references = new Map<string, pulumi.StackReference>();

function requireRpcUrl<Url>(
  regions: readonly RpcRegion<Url>[],
  region: string | undefined,
  stack: string,
): Url {
  const url = rpcUrlIn(regions, region);
  if (url === undefined) {
    const { message } = new ChainfleetError({
      code: "RPC_NODES_MISSING",
      summary: noRpcNodes(stack, region),
    });
    // The engine shows a RunError without a stack trace, also when an output throws it.
    throw new pulumi.RunError(message);
  }
  return url;
}
