import { type Address, concat, type Hex } from "viem";
import type { Finding } from "../../finding";
import {
  type Artifact,
  type LibraryAddresses,
  type LinkedLibrary,
  linkedCreationCode,
  qualifiedLibrary,
} from "../build/artifact";
import {
  type ChainDefinition,
  type ContractDefinition,
  contextOf,
  type DeploymentMethod,
} from "../definitions/definitions";
import { initCodeHash } from "../definitions/init-code-hash";
import { inDependencyOrder } from "../definitions/order";
import { constructorParameters } from "../definitions/parameters";
import {
  type Addresses,
  type ContractKey,
  keyOf,
  nameOn,
  type ReferenceContext,
  withPlaceholders,
} from "../definitions/references";
import {
  contractsIn,
  describeValues,
  describeWei,
  encodeValues,
  lookUpIn,
  valuesOf,
} from "../definitions/values";
import { strategyOf } from "../deployment/strategies";
import { callFindings } from "../validation/call-findings";
import { contractFindings } from "../validation/contract-findings";
import { duplicateFindings, duplicateNameFindings } from "../validation/duplicate-findings";
import { callCircleFindings, contractCircleFindings } from "../validation/order-findings";
import type { CheckedContext } from "../validation/reference-findings";
import { sizeFindings } from "../validation/size-findings";
import { type PlannedCall, planCall } from "./call-plan";

/** What is sent to create a contract. */
export interface PlannedCreation {
  /** The creation in words. @example "OracleProxy(owner: 0x…, aggregator: 0x…)" */
  readonly description: string;
  /** The addresses of the libraries in the creation code; none for a contract that exists already. */
  readonly libraries: LibraryAddresses;
  /** `0x` for a contract that exists already. */
  readonly encodedArguments: Hex;
  /** The linked creation code with the arguments; `0x` for a contract that exists already. */
  readonly initCode: Hex;
  /** keccak256 of the init code; `0x` for a contract that exists already. */
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
  /** Wei that the constructor gets. */
  readonly value: bigint;
  /** Whether the code has addresses of libraries. */
  readonly hasLibraries: boolean;
  /** Undefined if the address is known only once this contract, or a contract in its arguments, is deployed. */
  readonly address: Address | undefined;
  /** Contracts of the same chain whose addresses are in the arguments or in the code. */
  readonly uses: readonly string[];
  /** Contracts of any chain whose addresses are in the arguments or in the code and are not known yet. */
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
  const contexts = new Map(
    chains.map((chain) => [chain.name, { ...contextOf(chain, artifacts), contractNames }]),
  );
  const contextIn = ({ name }: ChainDefinition) => contexts.get(name) as CheckedContext;
  const entries = chains.flatMap((chain) =>
    chain.contracts.map((definition) => {
      const artifact = artifacts.get(definition.contract);
      return {
        chain,
        definition,
        uses: artifact === undefined ? [] : usedBy({ chain, definition }, artifact, contextIn(chain)),
        findings: contractFindings(chain, definition, contextIn(chain), artifacts),
      };
    }),
  );
  const { ordered, circle } = inDependencyOrder(entries, keyOfEntry, ({ uses }) => uses);
  // A contract with findings of its own cannot be planned. The others are planned, so that duplicates are found as well.
  const plannable = ordered.filter(({ findings }) => findings.length === 0);
  const addresses = new Map<ContractKey, Address>();
  const planned = plannable.map((entry) =>
    planContract(
      entry,
      artifacts.get(entry.definition.contract) as Artifact,
      contextIn(entry.chain),
      addresses,
    ),
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
      chain.calls.flatMap((call) => callFindings(chain, call, contextIn(chain), artifacts)),
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
      calls: (callOrders[index]?.ordered ?? []).map((call) =>
        planCall({ chain, call, context: contextIn(chain), artifacts }, addresses),
      ),
    })),
  };
}

/** A contract definition with its chain, what its creation needs, and the findings of the contract alone. */
interface Entry {
  readonly chain: ChainDefinition;
  readonly definition: ContractDefinition;
  /** The contracts, of any chain, whose addresses the creation needs. */
  readonly uses: readonly ContractKey[];
  readonly findings: readonly Finding[];
}

function keyOfEntry({ chain, definition }: Pick<Entry, "chain" | "definition">): ContractKey {
  return keyOf(chain.name, definition.name);
}

function usedBy(
  { chain, definition: { args, method } }: Pick<Entry, "chain" | "definition">,
  { abi, libraries }: Artifact,
  context: ReferenceContext,
): ContractKey[] {
  if (!strategyOf(method).createsContract) {
    return [];
  }
  const keys = [
    ...libraries.flatMap((library) => libraryKey(chain, library) ?? []),
    ...contractsIn(constructorParameters(abi), args, context),
  ];
  return [...new Set(keys)];
}

/** The chain's contract that is a library. Undefined if the chain has none, about which there is a finding. */
function libraryKey(
  { name: chain, contracts }: ChainDefinition,
  { name }: LinkedLibrary,
): ContractKey | undefined {
  const definition = contracts.find(({ contract }) => contract === name);
  return definition && keyOf(chain, definition.name);
}

/** Plans one contract, and adds its address to the known addresses if the address follows from what is known. */
function planContract(
  { chain, definition, uses }: Entry,
  artifact: Artifact,
  context: ReferenceContext,
  addresses: Map<ContractKey, Address>,
): PlannedContract {
  const { name, contract, method, value } = definition;
  const key = keyOf(chain.name, name);
  const waitsFor = uses.filter((other) => !addresses.has(other));
  const addressesSoFar = new Map(addresses);
  const creation = (more: Addresses) =>
    plannedCreation({ chain, definition, artifact, context }, new Map([...addressesSoFar, ...more]));
  const address = waitsFor.length === 0 ? creation(new Map()).address : undefined;
  if (address !== undefined) {
    addresses.set(key, address);
  }
  return {
    key,
    name,
    contract,
    method,
    value,
    hasLibraries: strategyOf(method).createsContract && artifact.libraries.length > 0,
    address,
    uses: uses.flatMap((other) => nameOn(chain.name, other) ?? []),
    waitsFor,
    creation,
  };
}

interface CreationToPlan {
  readonly chain: ChainDefinition;
  readonly definition: ContractDefinition;
  readonly artifact: Artifact;
  readonly context: ReferenceContext;
}

function plannedCreation(
  { chain, definition: { contract, args, method, value }, artifact, context }: CreationToPlan,
  addresses: Addresses,
): PlannedCreation {
  const strategy = strategyOf(method);
  if (!strategy.createsContract) {
    return {
      description: contract,
      libraries: {},
      encodedArguments: "0x",
      initCode: "0x",
      initCodeHash: "0x",
      address: strategy.address("0x"),
    };
  }
  const values = valuesOf(constructorParameters(artifact.abi), args, context, lookUpIn(addresses));
  const encodedArguments = encodeValues(values);
  const libraries = Object.fromEntries(
    artifact.libraries.map((library) => [
      qualifiedLibrary(library),
      addresses.get(libraryKey(chain, library) as ContractKey) as Address,
    ]),
  );
  const initCode = concat([linkedCreationCode(artifact, libraries), encodedArguments]);
  return {
    description: `${contract}(${describeValues(values)})${describeWei(value)}`,
    libraries,
    encodedArguments,
    initCode,
    initCodeHash: initCodeHash(initCode),
    address: strategy.address(initCode),
  };
}

/** By what a contract is told apart from others of its chain: its address, else its init code, else its definition. */
function identityOf({ contract, args, method }: ContractDefinition, planned: PlannedContract | undefined) {
  const initCodeHash = planned?.waitsFor.length === 0 ? planned.creation(new Map()).initCodeHash : undefined;
  return planned?.address ?? initCodeHash ?? JSON.stringify([contract, args, method]);
}
