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
import type { Artifact } from "../build/artifact";
import type { DoneQuestion } from "../call/done";
import type { CallDefinition, ChainDefinition } from "../definitions/definitions";
import { artifactOf } from "../definitions/definitions";
import { type Arguments, describeArguments, encodeArguments, findFunction } from "../definitions/parameters";
import {
  type Addresses,
  type ContractKey,
  contractsIn,
  keyOf,
  type ReferenceContext,
  resolved,
  resolvedArguments,
  STAND_IN,
} from "../definitions/references";
import { expected } from "../definitions/returns";

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
  /** For people. @example "CCIPRouter.setLane(destinationChainSelector: 5009297550715157269, enabled: true, fee: 0)" */
  readonly description: string;
  readonly done: DoneQuestion;
}

/** Plans a call that has no findings. */
export function planCall(
  chain: ChainDefinition,
  call: CallDefinition,
  artifacts: ReadonlyMap<string, Artifact>,
  known: Addresses,
): PlannedCall {
  const surroundings = { chain: chain.name, sender: chain.sender };
  const { name: contract, abi } = artifactOf(chain, call.contract, artifacts) as Artifact;
  const called = findFunction(abi, call.function) as AbiFunction;
  const asked = findFunction(abi, call.done.function) as AbiFunction;
  const { through } = call;
  const used = [
    ...[call.contract, ...(through === undefined ? [] : [through])].map((name) => keyOf(chain.name, name)),
    ...contractsIn(
      [Object.values(call.args), Object.values(call.done.args), call.done.returns],
      surroundings,
    ),
  ];
  const snapshot = new Map(known);
  return {
    name: call.name,
    contract,
    uses: [...new Set(used)],
    after: call.after,
    waitsFor: [...new Set(used)].filter((key) => !known.has(key)),
    transaction: (addresses) =>
      transaction(call, called, asked, surroundings, new Map([...snapshot, ...addresses])),
  };
}

function transaction(
  call: CallDefinition,
  called: AbiFunction,
  asked: AbiFunction,
  surroundings: ReferenceContext,
  addresses: Addresses,
): CallTransaction {
  const addressOf = (name: string) => addresses.get(keyOf(surroundings.chain, name)) ?? STAND_IN;
  const args = resolvedArguments(call.args, surroundings, addresses);
  const to = addressOf(call.contract);
  const data = callData(called, args);
  const returns = expected(asked, resolved(call.done.returns, surroundings, addresses));
  return {
    ...(call.through === undefined
      ? { to, data }
      : { to: addressOf(call.through), data: throughSafe(to, data, surroundings.sender) }),
    description: `${call.contract}.${called.name}(${describeArguments(called.inputs, args)})${call.through === undefined ? "" : ` through ${call.through}`}`,
    done: {
      to,
      data: callData(asked, resolvedArguments(call.done.args, surroundings, addresses)),
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
