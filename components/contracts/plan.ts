import { type Address, concat, getAddress, type Hex, keccak256, size, stringToHex } from "viem";
import { type Arguments, argumentFindings, encodeArguments } from "./arguments";
import type { Artifact } from "./artifact";
import { type Creation, create2Address } from "./create2";

/** A contract of a chain, as the config has it. */
export interface ContractDefinition {
  /** Unique on its chain. @example "CCIPWETH9Bridge" */
  readonly name: string;
  /** By the constructor's parameter names. `{ contract: "WETH9" }` stands for that contract's address. */
  readonly args: Arguments;
  /** Tells copies of the same contract apart. */
  readonly salt: string;
  /** It is there already: taken as it is. */
  readonly at?: Address | undefined;
}

/** Where a contract is or will be. */
export interface PlannedContract {
  readonly name: string;
  readonly address: Address;
  /** Absent: it is there already. */
  readonly creation?: Creation;
  /** Contracts whose addresses are in its arguments. */
  readonly uses: readonly string[];
}

/** A plan, or everything that keeps it from being one. */
export type ContractPlan =
  | { readonly contracts: readonly PlannedContract[]; readonly findings?: undefined }
  | { readonly findings: readonly string[] };

/**
 * Plans the contracts of one chain: every address, without a chain to ask. Contracts come after those that they
 * use. Nothing waits for that, since addresses are known; it is the order of their nonces.
 *
 * @param where begins each finding. @example "chain138"
 */
export function planContracts(
  where: string,
  definitions: readonly ContractDefinition[],
  artifacts: ReadonlyMap<string, Artifact>,
): ContractPlan {
  const findings = namingFindings(where, definitions, artifacts);
  if (findings.length > 0) {
    return { findings };
  }
  const { ordered, circle } = inOrder(definitions);
  if (circle.length > 0) {
    return {
      findings: [
        `${where}: ${circle.join(", ")} need each other's addresses; one has to learn the other's after its deployment`,
      ],
    };
  }
  const contracts: PlannedContract[] = [];
  const addresses = new Map<string, Address>();
  const wrong: string[] = [];
  for (const definition of ordered) {
    const args = resolved(definition.args, addresses) as Arguments;
    const artifact = artifacts.get(definition.name) as Artifact;
    const own =
      definition.at === undefined ? argumentFindings(`${where} ${definition.name}`, artifact.abi, args) : [];
    wrong.push(...own);
    const planned =
      own.length === 0 ? plan(definition, args, artifact) : { ...UNPLANNED, name: definition.name };
    addresses.set(planned.name, planned.address);
    contracts.push(planned);
  }
  return wrong.length > 0 ? { findings: wrong } : { contracts };
}

/** Stands for a contract with findings, so that what uses it is looked at as well. */
const UNPLANNED = { address: "0x0000000000000000000000000000000000000001", uses: [] } as const;

function plan(definition: ContractDefinition, args: Arguments, artifact: Artifact): PlannedContract {
  const { name, at } = definition;
  const uses = referencesIn(definition.args);
  if (at !== undefined) {
    return { name, address: getAddress(at), uses: [] };
  }
  const creation: Creation = {
    name,
    salt: saltOf(definition.salt),
    initCode: concat([artifact.creationCode, encodeArguments(artifact.abi, args)]),
    runtimeBytes: size(artifact.runtimeCode),
    after: uses,
  };
  return { name, address: create2Address(creation), creation, uses };
}

/** A salt of the config as CREATE2 takes it: 32 bytes. */
export function saltOf(text: string): Hex {
  return keccak256(stringToHex(text));
}

function namingFindings(
  where: string,
  definitions: readonly ContractDefinition[],
  artifacts: ReadonlyMap<string, Artifact>,
): string[] {
  const names = definitions.map(({ name }) => name);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
    .map((name) => `${where}: ${name} is there twice`)
    .concat(
      names
        .filter((name) => !artifacts.has(name))
        .map((name) => `${where}: there is no contract ${name} in contracts/src`),
      definitions.flatMap(({ name, args }) =>
        referencesIn(args)
          .filter((used) => !names.includes(used))
          .map((used) => `${where} ${name}: uses ${used}, which is not on this chain`),
      ),
    );
}

/** Each after those it uses; what goes round in a circle is left over. */
function inOrder(definitions: readonly ContractDefinition[]) {
  const ordered: ContractDefinition[] = [];
  let rest = [...definitions];
  for (;;) {
    const placed = new Set(ordered.map(({ name }) => name));
    const ready = rest.filter(({ args }) => referencesIn(args).every((used) => placed.has(used)));
    if (ready.length === 0) {
      return { ordered, circle: rest.map(({ name }) => name) };
    }
    ordered.push(...ready);
    rest = rest.filter((one) => !ready.includes(one));
  }
}

/** The contracts that arguments name. */
function referencesIn(value: unknown): string[] {
  if (isReference(value)) {
    return [value.contract];
  }
  return typeof value === "object" && value !== null
    ? [...new Set(Object.values(value).flatMap(referencesIn))]
    : [];
}

function resolved(value: unknown, addresses: ReadonlyMap<string, Address>): unknown {
  if (isReference(value)) {
    return addresses.get(value.contract);
  }
  if (Array.isArray(value)) {
    return value.map((one) => resolved(one, addresses));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one, addresses)]))
    : value;
}

function isReference(value: unknown): value is { contract: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as { contract?: unknown }).contract === "string" &&
    Object.keys(value).length === 1
  );
}
