import { type Address, concat, getAddress, type Hex, keccak256 } from "viem";
import type { Finding } from "../../finding";
import type { Artifact } from "../build/artifact";
import {
  type ChainDefinition,
  type ContractDefinition,
  callConfigKey,
  contractConfigKey,
  type DeploymentMethod,
} from "../definitions/definitions";
import { constructorParameters, describeArguments, encodeArguments } from "../definitions/parameters";
import {
  type Addresses,
  type ContractKey,
  contractsIn,
  keyOf,
  nameOn,
  resolvedArguments,
} from "../definitions/references";
import { create2Address, saltOf } from "../deployment/create2";
import { callFindings } from "../validation/call-findings";
import { contractFindings } from "../validation/contract-findings";
import { type PlannedCall, planCall } from "./call-plan";

/** What is sent to make a contract. */
export interface PlannedCreation {
  /** For people. @example "OracleProxy(owner: 0x…, aggregator: 0x…)" */
  readonly description: string;
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
  readonly method: DeploymentMethod;
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
  | { readonly findings: readonly Finding[] };

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
  const contractNames = new Map(
    chains.map(({ name, contracts }) => [name, contracts.map((one) => one.name)]),
  );
  const entries = chains.flatMap((chain) =>
    chain.contracts.map((definition) => ({
      chain,
      definition,
      findings: contractFindings(chain, definition, contractNames, artifacts),
    })),
  );
  const { ordered, circle } = inOrder(entries);
  const known = new Map<ContractKey, Address>();
  // What cannot be planned for a finding of its own is left out, so that the rest can be compared all the same.
  const sound = ordered.filter(({ findings }) => findings.length === 0);
  const planned = sound.map(({ chain, definition }) =>
    planContract(chain, definition, artifacts.get(definition.contract) as Artifact, known),
  );
  const findings = [
    ...chains.flatMap(sameNames),
    ...entries.flatMap((entry) => entry.findings),
    ...circleFindings(circle),
    ...collisions(sound, planned),
    ...chains.flatMap((chain) =>
      chain.calls.flatMap((call) => callFindings(chain, call, contractNames, artifacts)),
    ),
    ...chains.flatMap(callCircle),
  ];
  if (findings.length > 0) {
    return { findings };
  }
  return {
    chains: chains.map((chain) => ({
      name: chain.name,
      contracts: planned.filter(({ key }) => nameOn(chain.name, key) !== undefined),
      calls: chain.calls.map((call) => planCall(chain, call, artifacts, known)),
    })),
  };
}

/** Contracts that would be one: at the same address, or told apart by nothing that is on the chain. */
function collisions(entries: readonly Entry[], planned: readonly PlannedContract[]): Finding[] {
  const first = new Map<string, string>();
  return entries.flatMap(({ chain, definition: { name, contract, args, method } }, index) => {
    const address = planned[index]?.address;
    const identity = `${chain.name} ${address ?? codeOf(planned[index]) ?? JSON.stringify([contract, args, method])}`;
    const other = first.get(identity);
    first.set(identity, other ?? name);
    return other === undefined || other === name || method.kind === "existing"
      ? []
      : [
          {
            key: contractConfigKey(chain, name),
            problem: `is the same contract as ${other}, with the same arguments; give it a salt of its own${method.kind === "create" ? ", and create: create2" : ""}`,
          },
        ];
  });
}

/** The hash of a contract's creation code with its arguments, where all of them are known. */
function codeOf(planned: PlannedContract | undefined): Hex | undefined {
  return planned?.waitsFor.length === 0 ? planned.creation(new Map()).initCodeHash : undefined;
}

/** Adds the contract's address to the known ones, if it is. */
function planContract(
  chain: ChainDefinition,
  { name, contract, args, method }: ContractDefinition,
  { abi, creationCode }: Artifact,
  known: Map<ContractKey, Address>,
): PlannedContract {
  const surroundings = { chain: chain.name, sender: chain.sender };
  const key = keyOf(chain.name, name);
  const used = method.kind === "existing" ? [] : contractsIn(Object.values(args), surroundings);
  const waitsFor = used.filter((one) => !known.has(one));
  const snapshot = new Map(known);
  const creation = (addresses: Addresses): PlannedCreation => {
    if (method.kind === "existing") {
      return {
        ...{ description: contract, encodedArguments: "0x", initCodeHash: "0x" },
        address: getAddress(method.address),
      };
    }
    const given = resolvedArguments(args, surroundings, new Map([...snapshot, ...addresses]));
    const parameters = constructorParameters(abi);
    const encodedArguments = encodeArguments(parameters, given);
    const initCode = concat([creationCode, encodedArguments]);
    return {
      description: `${contract}(${describeArguments(parameters, given)})`,
      encodedArguments,
      initCodeHash: keccak256(initCode),
      address: method.kind === "create2" ? create2Address(saltOf(method.salt), initCode) : undefined,
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
    method,
    address,
    uses: used.flatMap((one) => nameOn(chain.name, one) ?? []),
    waitsFor,
    creation,
  };
}

/** Contracts and calls of a chain share their names: they are resources of one set. */
function sameNames(chain: ChainDefinition): Finding[] {
  const named = [
    ...chain.contracts.map(({ name }) => ({ name, key: contractConfigKey(chain, name) })),
    ...chain.calls.map(({ name }) => ({ name, key: callConfigKey(chain, name) })),
  ];
  return named.flatMap(({ name, key }, index) => {
    const first = named.findIndex((one) => one.name === name);
    return first === index
      ? []
      : [
          {
            key,
            problem: `has the name of ${named[first]?.key}; contracts and calls of a chain share their names`,
          },
        ];
  });
}

function circleFindings([first, ...others]: readonly Entry[]): Finding[] {
  if (first === undefined) {
    return [];
  }
  return [
    {
      key: contractConfigKey(first.chain, first.definition.name),
      problem:
        others.length === 0
          ? "needs its own address; it has to learn that by a call after its deployment"
          : `and ${others.map(keyOfEntry).join(", ")} need each other's addresses; one has to learn the other's by a call after its deployment`,
    },
  ];
}

/** The calls that wait for each other, if any do. */
function callCircle(chain: ChainDefinition): Finding[] {
  let rest = [...chain.calls];
  for (;;) {
    const open = new Set(rest.map(({ name }) => name));
    const waiting = rest.filter(({ after }) => after.some((other) => open.has(other)));
    if (waiting.length === rest.length) {
      const [first, ...others] = rest.map(({ name }) => name);
      return first === undefined
        ? []
        : [
            {
              key: `${callConfigKey(chain, first)}.after`,
              problem:
                others.length === 0
                  ? "names the call itself, which can never be the first"
                  : `and that of ${others.join(", ")} name each other; none of them can be the first`,
            },
          ];
    }
    rest = waiting;
  }
}

interface Entry {
  readonly chain: ChainDefinition;
  readonly definition: ContractDefinition;
  readonly findings: readonly Finding[];
}

function keyOfEntry({ chain, definition }: Entry): ContractKey {
  return keyOf(chain.name, definition.name);
}

/**
 * Each after those it uses; what goes round in a circle is left over. What is used but not there keeps nothing
 * waiting: it has a finding.
 */
function inOrder(entries: readonly Entry[]): { ordered: Entry[]; circle: Entry[] } {
  const all = new Set(entries.map(keyOfEntry));
  const usedBy = ({ chain, definition }: Entry) =>
    definition.method.kind === "existing"
      ? []
      : contractsIn(Object.values(definition.args), { chain: chain.name, sender: chain.sender }).filter(
          (used) => all.has(used),
        );
  const ordered: Entry[] = [];
  let rest = [...entries];
  for (;;) {
    const placed = new Set(ordered.map(keyOfEntry));
    const ready = rest.filter((entry) => usedBy(entry).every((used) => placed.has(used)));
    if (ready.length === 0) {
      return { ordered, circle: rest };
    }
    ordered.push(...ready);
    rest = rest.filter((one) => !ready.includes(one));
  }
}
