import { type Address, concat, getAddress, type Hex, keccak256, stringToHex } from "viem";
import type { Artifact } from "./artifact";
import { type PlannedCall, planCall } from "./call-plan";
import { create2Address } from "./create2";
import type { ChainDefinition, ContractDefinition, Making } from "./definitions";
import { type Arguments, argumentFindings, constructorParameters, encodeArguments } from "./parameters";
import {
  type Addresses,
  type ContractKey,
  contractsIn,
  keyOf,
  nameOn,
  resolved,
  withStandIns,
} from "./references";

/** What is sent to make a contract. */
export interface PlannedCreation {
  readonly encodedArguments: Hex;
  /** keccak256 of the creation code with the arguments. */
  readonly initCodeHash: Hex;
  /** Absent where only the transaction will tell. */
  readonly address: Address | undefined;
}

/** Where a contract is or will be. */
export interface PlannedContract {
  readonly key: ContractKey;
  readonly name: string;
  readonly contract: string;
  readonly making: Making;
  /** Absent when it is known only once it, or a contract that it uses, is there. */
  readonly address: Address | undefined;
  /** Contracts of the same chain whose addresses are in its arguments. */
  readonly uses: readonly string[];
  /** Contracts, of any chain, whose addresses must be known first and are not. */
  readonly waitsFor: readonly ContractKey[];
  /** @param addresses those of `waitsFor` at least. */
  creation(addresses: Addresses): PlannedCreation;
}

/** One chain's part of a plan. */
export interface PlannedChain {
  readonly name: string;
  /** Each after those it uses. */
  readonly contracts: readonly PlannedContract[];
  readonly calls: readonly PlannedCall[];
}

/** A plan, or everything that keeps it from being one. */
export type ContractPlan =
  | { readonly chains: readonly PlannedChain[]; readonly findings?: undefined }
  | { readonly findings: readonly string[] };

/**
 * Plans the contracts of all chains: every address that can be known, without a chain to ask. Contracts come after
 * those that they use. Nothing waits for that where addresses are known; it is the order of their nonces.
 *
 * @param artifacts by the contract's name in contracts/src.
 */
export function planContracts(
  chains: readonly ChainDefinition[],
  artifacts: ReadonlyMap<string, Artifact>,
): ContractPlan {
  const findings = chains.flatMap((chain) => namingFindings(chain, chains, artifacts));
  if (findings.length > 0) {
    return { findings };
  }
  const entries = chains.flatMap((chain) => chain.contracts.map((definition) => ({ chain, definition })));
  const { ordered, circle } = inOrder(entries);
  if (circle.length > 0) {
    return {
      findings: [
        `${circle.join(", ")} need each other's addresses; one has to learn the other's by a call after its deployment`,
      ],
    };
  }
  const known = new Map<ContractKey, Address>();
  const wrong: string[] = [];
  const planned = ordered.map(({ chain, definition }) => {
    const artifact = artifacts.get(definition.contract) as Artifact;
    wrong.push(...constructorFindings(chain, definition, artifact));
    return wrong.length === 0 ? planContract(chain, definition, artifact, known) : undefined;
  });
  const calls = chains.map((chain) => chain.calls.map((call) => planCall(chain, call, artifacts, known)));
  wrong.push(...calls.flat().flatMap((call) => ("findings" in call ? call.findings : [])));
  wrong.push(...collisions(ordered, planned));
  if (wrong.length > 0) {
    return { findings: wrong };
  }
  return {
    chains: chains.map(({ name }, index) => ({
      name,
      contracts: planned
        .filter((one) => one !== undefined)
        .filter(({ key }) => nameOn(name, key) !== undefined),
      calls: (calls[index] ?? []).filter((call): call is PlannedCall => !("findings" in call)),
    })),
  };
}

/** Contracts that would be one: at the same address, or told apart by nothing that is on the chain. */
function collisions(entries: readonly Entry[], planned: readonly (PlannedContract | undefined)[]): string[] {
  const first = new Map<string, string>();
  return entries.flatMap(({ chain, definition: { name, contract, args, making } }, index) => {
    const address = planned[index]?.address;
    const identity = `${chain.name} ${address ?? JSON.stringify([contract, args, making])}`;
    const other = first.get(identity);
    first.set(identity, other ?? name);
    return other === undefined || making.by === "others"
      ? []
      : [
          `${chain.name}: ${other} and ${name} are the same contract with the same arguments; give one another salt`,
        ];
  });
}

/** A salt of the config as CREATE2 takes it: 32 bytes. */
export function saltOf(text: string): Hex {
  return keccak256(stringToHex(text));
}

function constructorFindings(
  chain: ChainDefinition,
  { name, args, making }: ContractDefinition,
  { abi }: Artifact,
): string[] {
  if (making.by === "others") {
    return [];
  }
  const surroundings = { chain: chain.name, sender: chain.sender };
  const given = resolved(args, surroundings, withStandIns(args, surroundings, new Map())) as Arguments;
  return argumentFindings(`${chain.name} ${name}`, constructorParameters(abi), given);
}

/** Adds the contract's address to the known ones, if it is. */
function planContract(
  chain: ChainDefinition,
  { name, contract, args, making }: ContractDefinition,
  { abi, creationCode }: Artifact,
  known: Map<ContractKey, Address>,
): PlannedContract {
  const surroundings = { chain: chain.name, sender: chain.sender };
  const key = keyOf(chain.name, name);
  const used = making.by === "others" ? [] : contractsIn(args, surroundings);
  const waitsFor = used.filter((one) => !known.has(one));
  const snapshot = new Map(known);
  const creation = (addresses: Addresses): PlannedCreation => {
    if (making.by === "others") {
      return { encodedArguments: "0x", initCodeHash: "0x", address: getAddress(making.address) };
    }
    const given = resolved(args, surroundings, new Map([...snapshot, ...addresses])) as Arguments;
    const encodedArguments = encodeArguments(constructorParameters(abi), given);
    const initCode = concat([creationCode, encodedArguments]);
    return {
      encodedArguments,
      initCodeHash: keccak256(initCode),
      address: making.by === "create2" ? create2Address(saltOf(making.salt), initCode) : undefined,
    };
  };
  const address = waitsFor.length === 0 ? creation(new Map()).address : undefined;
  if (address !== undefined) {
    known.set(key, address);
  }
  return {
    key,
    name,
    contract,
    making,
    address,
    uses: used.flatMap((one) => nameOn(chain.name, one) ?? []),
    waitsFor,
    creation,
  };
}

function namingFindings(
  chain: ChainDefinition,
  chains: readonly ChainDefinition[],
  artifacts: ReadonlyMap<string, Artifact>,
): string[] {
  const where = chain.name;
  const surroundings = { chain: chain.name, sender: chain.sender };
  const all = new Set(chains.flatMap(({ name, contracts }) => contracts.map((one) => keyOf(name, one.name))));
  const names = [...chain.contracts, ...chain.calls].map(({ name }) => name);
  const unknown = (name: string, value: unknown) =>
    contractsIn(value, surroundings)
      .filter((used) => !all.has(used))
      .map((used) => `${where} ${name}: uses ${used}, which is not in the config`);
  return [
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `${where}: ${name} is there twice`),
    ...chain.contracts
      .filter(({ contract }) => !artifacts.has(contract))
      .map(({ name, contract }) => `${where} ${name}: there is no contract ${contract} in contracts/src`),
    ...chain.contracts.flatMap(({ name, args }) => unknown(name, args)),
    ...chain.calls.flatMap(({ name, contract, through, args, done, after }) => [
      ...unknown(name, [args, done.args, done.returns]),
      ...[contract, ...(through === undefined ? [] : [through])]
        .filter((called) => !all.has(keyOf(where, called)))
        .map((called) => `${where} ${name}: calls ${called}, which is not on this chain`),
      ...after
        .filter((other) => !chain.calls.some((call) => call.name === other))
        .map((other) => `${where} ${name}: comes after ${other}, which is no call of this chain`),
    ]),
    ...callCircle(chain).map(
      (circle) => `${where}: ${circle} come after each other; none of them can be the first`,
    ),
  ];
}

/** The calls that wait for each other, if any do. */
function callCircle({ calls }: ChainDefinition): string[] {
  let rest = [...calls];
  for (;;) {
    const open = new Set(rest.map(({ name }) => name));
    const waiting = rest.filter(({ after }) => after.some((other) => open.has(other)));
    if (waiting.length === rest.length) {
      return rest.length === 0 ? [] : [rest.map(({ name }) => name).join(", ")];
    }
    rest = waiting;
  }
}

interface Entry {
  readonly chain: ChainDefinition;
  readonly definition: ContractDefinition;
}

/** Each after those it uses; what goes round in a circle is left over. */
function inOrder(entries: readonly Entry[]): { ordered: Entry[]; circle: ContractKey[] } {
  const keyOfEntry = ({ chain, definition }: Entry) => keyOf(chain.name, definition.name);
  const usedBy = ({ chain, definition }: Entry) =>
    definition.making.by === "others"
      ? []
      : contractsIn(definition.args, { chain: chain.name, sender: chain.sender });
  const ordered: Entry[] = [];
  let rest = [...entries];
  for (;;) {
    const placed = new Set(ordered.map(keyOfEntry));
    const ready = rest.filter((entry) => usedBy(entry).every((used) => placed.has(used)));
    if (ready.length === 0) {
      return { ordered, circle: rest.map(keyOfEntry) };
    }
    ordered.push(...ready);
    rest = rest.filter((one) => !ready.includes(one));
  }
}
