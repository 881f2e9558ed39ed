import {
  type AbiFunction,
  type Address,
  concat,
  encodeFunctionData,
  getAddress,
  type Hex,
  pad,
  parseAbi,
  toFunctionSelector,
  toFunctionSignature,
} from "viem";
import type { Artifact } from "./artifact";
import type { CallDefinition, ChainDefinition, DoneDefinition } from "./definitions";
import { type Arguments, argumentFindings, encodeArguments, findFunction, nameOf } from "./parameters";
import {
  type Addresses,
  type ContractKey,
  contractsIn,
  keyOf,
  resolved,
  STAND_IN,
  type Surroundings,
  withStandIns,
} from "./references";

/** A transaction to a contract, ready but for addresses that are not known yet. */
export interface PlannedCall {
  readonly name: string;
  /** What it calls, by its name in contracts/src. */
  readonly contract: string;
  /** Contracts, of any chain, that must be there: those it calls, goes through or tells of. */
  readonly uses: readonly ContractKey[];
  /** Calls of the same chain that must have been made. */
  readonly after: readonly string[];
  /** Contracts, of any chain, whose addresses must be known first and are not. */
  readonly waitsFor: readonly ContractKey[];
  /** @param addresses those of `waitsFor` at least. */
  transaction(addresses: Addresses): CallTransaction;
}

/** What is sent, and how it is known to have been done. */
export interface CallTransaction {
  readonly to: Address;
  readonly data: Hex;
  /** For people. @example "CCIPRouter.setLane(16015286601757825753, true, 0)" */
  readonly description: string;
  readonly done: DoneQuestion;
}

/** A view to ask, and the part of its answer that counts. */
export interface DoneQuestion {
  readonly to: Address;
  readonly data: Hex;
  /** Wanted values, ABI-encoded, by their place among what the view returns, of which `types` are the types. */
  readonly types: readonly string[];
  readonly wanted: readonly { readonly index: number; readonly value: Hex }[];
}

/** Plans a call, or tells everything that is wrong with it. */
export function planCall(
  chain: ChainDefinition,
  call: CallDefinition,
  artifacts: ReadonlyMap<string, Artifact>,
  known: Addresses,
): PlannedCall | { readonly findings: readonly string[] } {
  const where = `${chain.name} ${call.name}`;
  const surroundings = { chain: chain.name, sender: chain.sender };
  const artifact = artifacts.get(
    chain.contracts.find(({ name }) => name === call.contract)?.contract ?? "",
  ) as Artifact;
  const called = findFunction(artifact.abi, call.function);
  const asked = findFunction(artifact.abi, call.done.function);
  if (typeof called === "string" || typeof asked === "string") {
    return {
      findings: [called, asked]
        .filter((one) => typeof one === "string")
        .map((what) => `${where}: ${call.contract} ${what}`),
    };
  }
  const findings = [
    ...(asked.outputs.length === 0
      ? [`${where} done: ${asked.name} returns nothing; it must tell something`]
      : []),
    ...argumentFindings(where, called.inputs, checkable(call.args, surroundings)),
    ...argumentFindings(`${where} done`, asked.inputs, checkable(call.done.args, surroundings)),
    ...returnsFindings(`${where} done returns`, asked, call.done, surroundings),
  ];
  if (findings.length > 0) {
    return { findings };
  }
  const { through } = call;
  const used = [
    ...[call.contract, ...(through === undefined ? [] : [through])].map((name) => keyOf(chain.name, name)),
    ...contractsIn([call.args, call.done.args, call.done.returns], surroundings),
  ];
  const snapshot = new Map(known);
  return {
    name: call.name,
    contract: artifact.name,
    uses: [...new Set(used)],
    after: call.after,
    waitsFor: [...new Set(used)].filter((key) => !known.has(key)),
    transaction: (addresses) =>
      transaction(call, called, asked, surroundings, new Map([...snapshot, ...addresses])),
  };
}

function checkable(args: Arguments, surroundings: Surroundings): Arguments {
  return resolved(args, surroundings, withStandIns(args, surroundings, new Map())) as Arguments;
}

function transaction(
  call: CallDefinition,
  called: AbiFunction,
  asked: AbiFunction,
  surroundings: Surroundings,
  addresses: Addresses,
): CallTransaction {
  const addressOf = (name: string) => addresses.get(keyOf(surroundings.chain, name)) ?? STAND_IN;
  const resolve = <Value>(value: Value) => resolved(value, surroundings, addresses) as Value;
  const args = resolve(call.args);
  const to = addressOf(call.contract);
  const data = callData(called, args);
  const returns = expected(asked, resolve(call.done.returns));
  return {
    ...(call.through === undefined
      ? { to, data }
      : { to: addressOf(call.through), data: throughSafe(to, data, surroundings.sender) }),
    description: `${call.contract}.${called.name}(${Object.values(args).map(show).join(", ")})${call.through === undefined ? "" : ` through ${call.through}`}`,
    done: {
      to,
      data: callData(asked, resolve(call.done.args)),
      types: asked.outputs.map(({ type }) => type),
      wanted: returns.map(({ index, value }) => ({
        index,
        value: encodeArguments(
          [{ ...asked.outputs[index], type: asked.outputs[index]?.type ?? "" }],
          [value],
        ),
      })),
    },
  };
}

function callData(entry: AbiFunction, args: Arguments): Hex {
  return concat([toFunctionSelector(toFunctionSignature(entry)), encodeArguments(entry.inputs, args)]);
}

/** What the view has to return, by place. */
function expected(
  { outputs }: AbiFunction,
  returns: unknown,
): { readonly index: number; readonly value: unknown }[] {
  if (returns === undefined) {
    return [];
  }
  if (Array.isArray(returns) && !(outputs.length === 1 && outputs[0]?.type.endsWith("]"))) {
    return returns.map((value, index) => ({ index, value }));
  }
  if (typeof returns === "object" && returns !== null && !Array.isArray(returns)) {
    return Object.entries(returns).map(([name, value]) => ({
      index: outputs.findIndex((output) => nameOf(output) === name),
      value,
    }));
  }
  return [{ index: 0, value: returns }];
}

function returnsFindings(
  where: string,
  asked: AbiFunction,
  { returns }: DoneDefinition,
  surroundings: Surroundings,
): string[] {
  const { outputs } = asked;
  const value = resolved(returns, surroundings, withStandIns(returns, surroundings, new Map()));
  if (value !== undefined && outputs.some(({ type }) => type.startsWith("tuple"))) {
    return [
      `${where}: ${asked.name} returns a struct, which cannot be compared; leave returns out or ask another view`,
    ];
  }
  return expected(asked, value).flatMap(({ index, value: wanted }) => {
    const output = outputs[index];
    return output === undefined
      ? [
          `${where}: there is no such value; ${asked.name} returns ${outputs.map((one) => `${nameOf(one) || one.type}`).join(", ") || "nothing"}`,
        ]
      : argumentFindings(where, [output], [wanted]);
  });
}

/**
 * A call that a Safe makes on the word of one owner, who sends it: a signature with `v = 1` counts as given by the
 * sender (https://docs.safe.global/advanced/smart-account-signatures).
 */
function throughSafe(to: Address, data: Hex, owner: Address): Hex {
  const zero = getAddress("0x0000000000000000000000000000000000000000");
  const signature = concat([pad(owner), pad("0x00"), "0x01"]);
  return encodeFunctionData({
    abi: SAFE,
    functionName: "execTransaction",
    args: [to, 0n, data, 0, 0n, 0n, 0n, zero, zero, signature],
  });
}

const SAFE = parseAbi([
  "function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)",
]);

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
