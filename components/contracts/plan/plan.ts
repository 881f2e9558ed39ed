import { type Address, concat, type Hex, keccak256 } from "viem";
import type { Finding } from "../../finding";
import type { Artifact } from "../build/artifact";
import type { ChainDefinition, ContractDefinition, DeploymentMethod } from "../definitions/definitions";
import { inDependencyOrder } from "../definitions/order";
import { constructorParameters, describeArguments, encodeArguments } from "../definitions/parameters";
import {
  type Addresses,
  type ContractKey,
  contractsIn,
  keyOf,
  nameOn,
  resolvedArguments,
  withPlaceholders,
} from "../definitions/references";
import { strategyOf } from "../deployment/strategies";
import { callFindings } from "../validation/call-findings";
import { contractFindings } from "../validation/contract-findings";
import { duplicateFindings, duplicateNameFindings } from "../validation/duplicate-findings";
import { callCircleFindings, contractCircleFindings } from "../validation/order-findings";
import { sizeFindings } from "../validation/size-findings";
import { type PlannedCall, planCall } from "./call-plan";

/** What is sent to create a contract. */
export interface PlannedCreation {
  /** The creation in words. @example "OracleProxy(owner: 0x…, aggregator: 0x…)" */
  readonly description: string;
  /** `0x` for a contract that exists already. */
  readonly encodedArguments: Hex;
  /** keccak256 of the creation code with the arguments; `0x` for a contract that exists already. */
  readonly initCodeHash: Hex;
  /** Undefined if only the transaction decides the address. */
  readonly address: Address | undefined;
}

/** One contract of a plan. */
export interface PlannedContract {
  readonly key: ContractKey;
  readonly name: string;
  /** The contract's name in contracts/src. */
  readonly contract: string;
  readonly method: DeploymentMethod;
  /** Undefined if the address is known only once this contract, or a contract in its arguments, is deployed. */
  readonly address: Address | undefined;
  /** Contracts of the same chain whose addresses are in the arguments. */
  readonly uses: readonly string[];
  /** Contracts of any chain whose addresses are in the arguments and are not known yet. */
  readonly waitsFor: readonly ContractKey[];
  /** @param addresses at least those of the contracts in `waitsFor`. */
  creation(addresses: Addresses): PlannedCreation;
}

/** The part of a plan that belongs to one chain. */
export interface PlannedChain {
  readonly name: string;
  /** Each contract comes after the contracts that it uses. */
  readonly contracts: readonly PlannedContract[];
  /** Each call comes after the calls in its `after`. */
  readonly calls: readonly PlannedCall[];
}

/** A plan, or everything that is wrong with the definitions. */
export type ContractPlan =
  | { readonly kind: "plan"; readonly chains: readonly PlannedChain[] }
  | { readonly kind: "findings"; readonly findings: readonly Finding[] };

/**
 * Plans the contracts of all chains: every address that can be known without asking a chain. Contracts come after the
 * contracts that they use. Where addresses are known nothing waits for that order; the order is that of the nonces.
 *
 * @param artifacts by the contract's name in contracts/src.
 */
export function planContracts(
  chains: readonly ChainDefinition[],
  artifacts: ReadonlyMap<string, Artifact>,
): ContractPlan {
  const contractNames = new Map(
    chains.map(({ name, contracts }) => [name, contracts.map((contract) => contract.name)]),
  );
  const entries = chains.flatMap((chain) =>
    chain.contracts.map((definition) => ({
      chain,
      definition,
      findings: contractFindings(chain, definition, contractNames, artifacts),
    })),
  );
  const { ordered, circle } = inDependencyOrder(entries, keyOfEntry, usedBy);
  // A contract with findings of its own cannot be planned. The others are planned, so that duplicates are found as well.
  const plannable = ordered.filter(({ findings }) => findings.length === 0);
  const addresses = new Map<ContractKey, Address>();
  const planned = plannable.map(({ chain, definition }) =>
    planContract(chain, definition, artifacts.get(definition.contract) as Artifact, addresses),
  );
  const tooLong = plannable.flatMap(({ chain, definition }, index) => {
    const { creation, waitsFor } = planned[index] as PlannedContract;
    // Every address has the same length, so a placeholder does for an address that is not known yet.
    const { encodedArguments } = creation(withPlaceholders(waitsFor, addresses));
    return sizeFindings(chain, definition, artifacts.get(definition.contract) as Artifact, encodedArguments);
  });
  const callOrders = chains.map(({ calls }) =>
    inDependencyOrder(
      calls,
      ({ name }) => name,
      ({ after }) => after,
    ),
  );
  const findings = [
    ...chains.flatMap(duplicateNameFindings),
    ...entries.flatMap((entry) => entry.findings),
    ...tooLong,
    ...contractCircleFindings(circle),
    ...duplicateFindings(
      plannable.map((entry, index) => ({ ...entry, identity: identityOf(entry.definition, planned[index]) })),
    ),
    ...chains.flatMap((chain) =>
      chain.calls.flatMap((call) => callFindings(chain, call, contractNames, artifacts)),
    ),
    ...callOrders.flatMap(({ circle: calls }) => callCircleFindings(calls)),
  ];
  if (findings.length > 0) {
    return { kind: "findings", findings };
  }
  return {
    kind: "plan",
    chains: chains.map((chain, index) => ({
      name: chain.name,
      contracts: planned.filter(({ key }) => nameOn(chain.name, key) !== undefined),
      calls: (callOrders[index]?.ordered ?? []).map((call) => planCall(chain, call, artifacts, addresses)),
    })),
  };
}

/** A contract definition with its chain and the findings of the contract alone. */
interface Entry {
  readonly chain: ChainDefinition;
  readonly definition: ContractDefinition;
  readonly findings: readonly Finding[];
}

function keyOfEntry({ chain, definition }: Entry): ContractKey {
  return keyOf(chain.name, definition.name);
}

/** The contracts, of any chain, whose addresses a contract's creation needs. */
function usedBy({ chain, definition: { args, method } }: Pick<Entry, "chain" | "definition">): ContractKey[] {
  return strategyOf(method).createsContract ? contractsIn(Object.values(args), { chain: chain.name }) : [];
}

/** Plans one contract, and adds its address to the known addresses if the address follows from what is known. */
function planContract(
  chain: ChainDefinition,
  definition: ContractDefinition,
  artifact: Artifact,
  addresses: Map<ContractKey, Address>,
): PlannedContract {
  const { name, contract, method } = definition;
  const key = keyOf(chain.name, name);
  const used = usedBy({ chain, definition });
  const waitsFor = used.filter((other) => !addresses.has(other));
  const addressesSoFar = new Map(addresses);
  const creation = (more: Addresses) =>
    plannedCreation(chain, definition, artifact, new Map([...addressesSoFar, ...more]));
  const address = waitsFor.length === 0 ? creation(new Map()).address : undefined;
  if (address !== undefined) {
    addresses.set(key, address);
  }
  return {
    key,
    name,
    contract,
    method,
    address,
    uses: used.flatMap((other) => nameOn(chain.name, other) ?? []),
    waitsFor,
    creation,
  };
}

function plannedCreation(
  chain: ChainDefinition,
  { contract, args, method }: ContractDefinition,
  { abi, creationCode }: Artifact,
  addresses: Addresses,
): PlannedCreation {
  const strategy = strategyOf(method);
  if (!strategy.createsContract) {
    return {
      description: contract,
      encodedArguments: "0x",
      initCodeHash: "0x",
      address: strategy.address("0x"),
    };
  }
  const values = resolvedArguments(args, { chain: chain.name, sender: chain.sender }, addresses);
  const parameters = constructorParameters(abi);
  const encodedArguments = encodeArguments(parameters, values);
  const initCode = concat([creationCode, encodedArguments]);
  return {
    description: `${contract}(${describeArguments(parameters, values)})`,
    encodedArguments,
    initCodeHash: keccak256(initCode),
    address: strategy.address(initCode),
  };
}

/** By what a contract is told apart from others of its chain: its address, else its init code, else its definition. */
function identityOf({ contract, args, method }: ContractDefinition, planned: PlannedContract | undefined) {
  const initCodeHash = planned?.waitsFor.length === 0 ? planned.creation(new Map()).initCodeHash : undefined;
  return planned?.address ?? initCodeHash ?? JSON.stringify([contract, args, method]);
}
