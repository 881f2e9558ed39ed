import * as pulumi from "@pulumi/pulumi";
import type { Address, Hash } from "viem";
import type { ForgeBuild } from "./build/forge-build";
import { ContractCall } from "./call/call";
import { type ContractKey, keyOf } from "./definitions/references";
import { DeterministicDeployer } from "./deployment/deployer";
import { ForgeDeployment } from "./deployment/deployment";
import { strategyOf } from "./deployment/strategies";
import type { TransactionResourceArgs } from "./lane/transaction-resource-args";
import type { PlannedCall } from "./plan/call-plan";
import type { PlannedChain, PlannedContract, PlannedCreation } from "./plan/plan";
import type { ExplorerSettings } from "./verification/explorer";
import { ForgeVerification } from "./verification/verification";
import type { Result } from "./verification/verify";

/** Arguments of a ContractSet. */
export interface ContractSetArgs extends TransactionResourceArgs {
  readonly plan: PlannedChain;
  /** The build that the plan was made with. */
  readonly build: ForgeBuild;
  readonly explorers: readonly ExplorerSettings[];
  /** What the first transaction waits for, beside what it uses: the health gate of a chain that the stack itself makes. */
  readonly after: readonly pulumi.Resource[];
  /** The deployments of all chains. Each set resolves its own, and its calls wait for those that they refer to. */
  readonly deployments: ReadonlyMap<ContractKey, ExpectedDeployment>;
}

/** A deployment that one of the sets will make. */
export interface ExpectedDeployment {
  readonly deployment: pulumi.Output<ForgeDeployment>;
  resolve(deployment: pulumi.Output<ForgeDeployment>): void;
}

/** A contract in the outputs of a stack. */
export interface ContractOutputs {
  readonly address: pulumi.Output<Address> | Address;
  readonly transaction: pulumi.Output<Hash | "">;
  readonly block: pulumi.Output<number>;
  /** Whether all explorers verified the source. Absent if the chain has no explorers. */
  readonly verified?: pulumi.Output<boolean>;
}

/**
 * The contracts of one chain.
 *
 * ```
 * deterministic deployer ─┬─ deployment ─┬─ verification
 *                         ├─ deployment ─┼─ call ── call
 *                         └─ …           └─ …
 * ```
 *
 * Deployments do not wait for each other: their addresses are in the plan, and where a constructor calls another
 * contract the order of the nonces is enough. Nothing waits for a verification. Only calls that reference another
 * chain's contract wait for that chain: many calls can be made only once, and a planned contract may never be deployed.
 */
export class ContractSet extends pulumi.ComponentResource {
  /** By name. */
  readonly contracts: Readonly<Record<string, ContractOutputs>>;

  constructor(name: string, args: ContractSetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:contracts:ContractSet", name, {}, opts);
    const set = this;
    const { chain, rpcUrl, sender, plan, build, explorers } = args;
    const onChain: TransactionResourceArgs = { chain, rpcUrl, sender };

    const deployer = createDeployer();
    const deployments = new Map(
      plan.contracts.map((contract) => [contract.name, createDeployment(contract)]),
    );
    const verifications = createVerifications();
    createCalls();

    this.contracts = Object.fromEntries(
      plan.contracts.map((contract) => [contract.name, outputsOf(contract)]),
    );
    this.registerOutputs({ contracts: this.contracts });

    function createDeployer(): DeterministicDeployer[] {
      return plan.contracts.some(({ method }) => strategyOf(method).needsDeterministicDeployer)
        ? [
            new DeterministicDeployer(`${name}-deterministic-deployer`, onChain, {
              parent: set,
              dependsOn: [...args.after],
            }),
          ]
        : [];
    }

    function createDeployment(contract: PlannedContract): ForgeDeployment {
      const { description, libraries, encodedArguments, initCodeHash, address } = creationOf(contract);
      const deployment = new ForgeDeployment(
        `${name}-${contract.name}`,
        {
          ...onChain,
          ...identityOf(contract),
          method: contract.method,
          ...weiOf(contract.value),
          ...librariesOf(contract, libraries),
          description,
          encodedArguments,
          initCodeHash,
          ...(address === undefined ? {} : { plannedAddress: address }),
          after: Object.fromEntries(contract.uses.map((used) => [used, addressOf(used)])),
        },
        {
          parent: set,
          dependsOn: [
            build,
            ...args.after,
            ...(strategyOf(contract.method).needsDeterministicDeployer ? deployer : []),
          ],
        },
      );
      args.deployments.get(contract.key)?.resolve(pulumi.output(deployment));
      return deployment;
    }

    function createVerifications(): ReadonlyMap<string, ForgeVerification> {
      const verifiable = plan.contracts.filter(({ method }) => strategyOf(method).createsContract);
      return new Map(
        explorers.length === 0
          ? []
          : verifiable.map((contract) => [contract.name, createVerification(contract)] as const),
      );
    }

    function createVerification(contract: PlannedContract): ForgeVerification {
      const deployment = deployments.get(contract.name) as ForgeDeployment;
      const { libraries, encodedArguments, initCodeHash } = creationOf(contract);
      return new ForgeVerification(
        `${name}-${contract.name}-verification`,
        {
          ...identityOf(contract),
          chain: { name: chain.name, chainId: chain.chainId, configKey: chain.configKey },
          address: contract.address ?? deployment.address,
          ...librariesOf(contract, libraries),
          encodedArguments,
          initCodeHash,
          transaction: deployment.transaction,
          explorers,
        },
        { parent: set, dependsOn: deployment },
      );
    }

    /** The plan lists each call after the calls that must have been made before. */
    function createCalls(): void {
      const calls = new Map<string, ContractCall>();
      for (const call of plan.calls) {
        const earlierCalls = call.after.flatMap((earlier) => calls.get(earlier) ?? []);
        calls.set(call.name, createCall(call, earlierCalls));
      }
    }

    function createCall(call: PlannedCall, earlierCalls: readonly ContractCall[]): ContractCall {
      const { to, data, description, done } = pulumi.output(
        call.waitsFor.length === 0
          ? call.transaction(new Map())
          : addressesOf(call.waitsFor).apply((addresses) => call.transaction(addresses)),
      );
      return new ContractCall(
        `${name}-${call.name}`,
        {
          ...onChain,
          call: call.name,
          contract: call.contract,
          build: build.sourcesHash,
          description,
          to,
          data,
          ...weiOf(call.value),
          done,
        },
        { parent: set, dependsOn: [...call.uses.map(deploymentOf), ...earlierCalls] },
      );
    }

    /** The address of another contract of the chain; no edge where the plan has the address. */
    function addressOf(contract: string): pulumi.Input<Address> {
      const planned = plan.contracts.find(({ name: other }) => other === contract);
      return (
        planned?.address ?? deploymentOf(keyOf(plan.name, contract)).apply((deployment) => deployment.address)
      );
    }

    function outputsOf(contract: PlannedContract): ContractOutputs {
      const deployment = deployments.get(contract.name) as ForgeDeployment;
      const { transaction, block } = deployment;
      const verified = verifications.get(contract.name)?.results.apply(isVerified);
      return {
        // A preview shows the planned address. After a run only a contract that was deployed has an address.
        address: (pulumi.runtime.isDryRun() ? contract.address : undefined) ?? deployment.address,
        transaction,
        block,
        ...(verified === undefined ? {} : { verified }),
      };
    }

    function identityOf({ name: deployment, contract }: PlannedContract) {
      return { deployment, contract, build: build.sourcesHash };
    }

    function creationOf(contract: PlannedContract): Unresolved<Omit<PlannedCreation, "initCode">> {
      if (contract.waitsFor.length === 0) {
        return contract.creation(new Map());
      }
      const creation = addressesOf(contract.waitsFor).apply((addresses) => contract.creation(addresses));
      return {
        description: creation.description,
        libraries: creation.libraries,
        encodedArguments: creation.encodedArguments,
        initCodeHash: creation.initCodeHash,
        address: strategyOf(contract.method).isAddressPlanned
          ? creation.apply(({ address }) => address as Address)
          : undefined,
      };
    }

    function deploymentOf(key: ContractKey): pulumi.Output<ForgeDeployment> {
      return args.deployments.get(key)?.deployment as pulumi.Output<ForgeDeployment>;
    }

    function addressesOf(keys: readonly ContractKey[]): pulumi.Output<ReadonlyMap<ContractKey, Address>> {
      return pulumi
        .all(keys.map((key) => deploymentOf(key).apply(({ address }) => address)))
        .apply((addresses) => new Map(keys.map((key, index) => [key, addresses[index] as Address] as const)));
    }
  }
}

/** Wei as text, because the state has no integers of that size. Left out where nothing is transferred. */
function weiOf(value: bigint): { readonly value?: string } {
  return value === 0n ? {} : { value: String(value) };
}

/** Left out where the code has no libraries. */
function librariesOf<Libraries>(
  { hasLibraries }: PlannedContract,
  libraries: Libraries,
): { readonly libraries?: Libraries } {
  return hasLibraries ? { libraries } : {};
}

function isVerified(results: readonly Result[]): boolean {
  return results.every(({ verified }) => verified);
}

/** Values of which some are known only after a transaction. */
type Unresolved<Values> = {
  readonly [Key in keyof Values]: pulumi.Input<NonNullable<Values[Key]>> | Extract<Values[Key], undefined>;
};
