import * as pulumi from "@pulumi/pulumi";
import type { Address, Hash } from "viem";
import type { ForgeBuild } from "./build/forge-build";
import { ContractCall } from "./call/call";
import type { ContractKey } from "./definitions/references";
import { DeterministicDeployer } from "./deployment/deployer";
import { ForgeDeployment } from "./deployment/deployment";
import type { OnChain } from "./lane/on-chain";
import type { PlannedCall } from "./plan/call-plan";
import type { PlannedChain, PlannedContract, PlannedCreation } from "./plan/plan";
import type { ExplorerSettings } from "./verification/explorer";
import { ForgeVerification } from "./verification/verification";
import type { Result } from "./verification/verify";

/** What a chain's contracts are made from. */
export interface ContractSetArgs extends OnChain {
  readonly plan: PlannedChain;
  /** The one that was planned with. */
  readonly build: ForgeBuild;
  readonly explorers: readonly ExplorerSettings[];
  /** Those of all chains: each set makes its own known there, and its calls wait for others' there. */
  readonly deployments: ReadonlyMap<ContractKey, ExpectedDeployment>;
}

/** A deployment that some set will make. */
export interface ExpectedDeployment {
  readonly deployment: pulumi.Output<ForgeDeployment>;
  become(deployment: pulumi.Output<ForgeDeployment>): void;
}

/** A contract as the stack's outputs show it. */
export interface ContractOutputs {
  readonly address: pulumi.Output<Address> | Address;
  readonly transaction: pulumi.Output<Hash | "">;
  readonly block: pulumi.Output<number>;
  /** By all explorers; absent where none is asked. */
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
 * contract the order of their nonces is enough. Nothing waits for a verification. Of another chain only a call waits
 * that tells of a contract there: many can be made only once, and a planned contract may never come to be.
 */
export class ContractSet extends pulumi.ComponentResource {
  /** By name. */
  readonly contracts: Readonly<Record<string, ContractOutputs>>;

  constructor(name: string, args: ContractSetArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:contracts:ContractSet", name, {}, opts);
    const set = this;
    const { chain, rpcUrl, sender } = args;
    const onChain: OnChain = { chain, rpcUrl, sender };
    const deployer = args.plan.contracts.some(({ method }) => method.kind === "create2")
      ? [new DeterministicDeployer(`${name}-deterministic-deployer`, onChain, { parent: this })]
      : [];
    const verifications = new Map<string, ForgeVerification>();
    const deployments = new Map(args.plan.contracts.map((contract) => [contract.name, deploy(contract)]));
    const calls = new Map<string, ContractCall>();
    for (const call of inOrder(args.plan.calls)) {
      calls.set(call.name, make(call));
    }
    this.contracts = Object.fromEntries(
      args.plan.contracts.map(({ name: contract, address }) => {
        const deployment = deployments.get(contract) as ForgeDeployment;
        const { transaction, block } = deployment;
        const verified = verifications.get(contract)?.results.apply(isVerified);
        return [
          contract,
          {
            // A preview knows the plan; afterwards only what is there has an address.
            address: (pulumi.runtime.isDryRun() ? address : undefined) ?? deployment.address,
            ...{ transaction, block },
            ...(verified === undefined ? {} : { verified }),
          },
        ];
      }),
    );
    this.registerOutputs({ contracts: this.contracts });

    function deploy(contract: PlannedContract): ForgeDeployment {
      const { description, encodedArguments, initCodeHash, address } = creation(contract);
      const identity = {
        deployment: contract.name,
        contract: contract.contract,
        build: args.build.sourcesHash,
      };
      const deployment = new ForgeDeployment(
        `${name}-${contract.name}`,
        {
          ...onChain,
          ...identity,
          method: contract.method,
          description,
          encodedArguments,
          initCodeHash,
          ...(address === undefined ? {} : { plannedAddress: address }),
          after: contract.uses,
        },
        { parent: set, dependsOn: [args.build, ...(contract.method.kind === "existing" ? [] : deployer)] },
      );
      args.deployments.get(contract.key)?.become(pulumi.output(deployment));
      if (args.explorers.length > 0 && contract.method.kind !== "existing") {
        verifications.set(
          contract.name,
          new ForgeVerification(
            `${name}-${contract.name}-verification`,
            {
              ...identity,
              chain: { name: chain.name, chainId: chain.chainId },
              address: contract.address ?? deployment.address,
              encodedArguments,
              initCodeHash,
              transaction: deployment.transaction,
              explorers: args.explorers,
            },
            { parent: set, dependsOn: deployment },
          ),
        );
      }
      return deployment;
    }

    function creation(contract: PlannedContract): Unsettled<PlannedCreation> {
      if (contract.waitsFor.length === 0) {
        return contract.creation(new Map());
      }
      const made = late(contract.waitsFor).apply((addresses) => contract.creation(addresses));
      return {
        description: made.description,
        encodedArguments: made.encodedArguments,
        initCodeHash: made.initCodeHash,
        address:
          contract.method.kind === "create" ? undefined : made.apply(({ address }) => address as Address),
      };
    }

    function make(call: PlannedCall): ContractCall {
      const { to, data, description, done } = pulumi.output(
        call.waitsFor.length === 0
          ? call.transaction(new Map())
          : late(call.waitsFor).apply((addresses) => call.transaction(addresses)),
      );
      return new ContractCall(
        `${name}-${call.name}`,
        {
          ...onChain,
          ...{ call: call.name, contract: call.contract, build: args.build.sourcesHash },
          ...{ description, to, data, done },
        },
        {
          parent: set,
          dependsOn: [...call.uses.map(expected), ...call.after.flatMap((other) => calls.get(other) ?? [])],
        },
      );
    }

    function expected(key: ContractKey): pulumi.Output<ForgeDeployment> {
      return args.deployments.get(key)?.deployment as pulumi.Output<ForgeDeployment>;
    }

    function late(keys: readonly ContractKey[]): pulumi.Output<ReadonlyMap<ContractKey, Address>> {
      return pulumi
        .all(keys.map((key) => expected(key).apply(({ address }) => address)))
        .apply((addresses) => new Map(keys.map((key, index) => [key, addresses[index] as Address] as const)));
    }
  }
}

function isVerified(results: readonly Result[]): boolean {
  return results.every(({ verified }) => verified);
}

/** Values some of which only a transaction will tell. */
type Unsettled<Values> = {
  readonly [Key in keyof Values]: pulumi.Input<NonNullable<Values[Key]>> | Extract<Values[Key], undefined>;
};

/** Each after those that it comes after; the plan has no circle. */
function inOrder(calls: readonly PlannedCall[]): PlannedCall[] {
  const ordered: PlannedCall[] = [];
  while (ordered.length < calls.length) {
    const placed = new Set(ordered.map(({ name }) => name));
    ordered.push(
      ...calls.filter(({ name, after }) => !placed.has(name) && after.every((other) => placed.has(other))),
    );
  }
  return ordered;
}
