import {
  type AbiFunction,
  type Address,
  concat,
  encodeFunctionData,
  type Hex,
  pad,
  parseAbi,
  toFunctionSelector,
  toFunctionSignature,
  zeroAddress,
} from "viem";
import type { Artifact } from "../build/artifact";
import type { DoneQuestion } from "../call/done";
import { artifactOf, type CallDefinition, type ChainDefinition } from "../definitions/definitions";
import { type Arguments, describeArguments, encodeArguments, findFunction } from "../definitions/parameters";
import {
  type Addresses,
  type ContractKey,
  contractsIn,
  keyOf,
  PLACEHOLDER_ADDRESS,
  type ReferenceContext,
  resolved,
  resolvedArguments,
} from "../definitions/references";
import { expectedReturns } from "../definitions/returns";

/** A call of a plan: a transaction to a contract, complete except for addresses that are not known yet. */
export interface PlannedCall {
  readonly name: string;
  /** The called contract's name in contracts/src. */
  readonly contract: string;
  /** Contracts of any chain that must be deployed before: the called contract, the Safe, and those in the arguments. */
  readonly uses: readonly ContractKey[];
  /** Calls of the same chain that must have been made before. */
  readonly after: readonly string[];
  /** The contracts of `uses` whose addresses are not known yet. */
  readonly waitsFor: readonly ContractKey[];
  /** @param addresses at least those of the contracts in `waitsFor`. */
  transaction(addresses: Addresses): CallTransaction;
}

/** The transaction of a call, and the question that shows whether the call was made. */
export interface CallTransaction {
  readonly to: Address;
  readonly data: Hex;
  /** The call in words. @example "CCIPRouter.setLane(destinationChainSelector: 5009297550715157269, enabled: true, fee: 0)" */
  readonly description: string;
  readonly done: DoneQuestion;
}

/** Plans a call that has no findings. */
export function planCall(
  chain: ChainDefinition,
  call: CallDefinition,
  artifacts: ReadonlyMap<string, Artifact>,
  knownAddresses: Addresses,
): PlannedCall {
  const context = { chain: chain.name, sender: chain.sender };
  const { name: contract, abi } = artifactOf(chain, call.contract, artifacts) as Artifact;
  const functions = {
    called: functionOf(abi, call.function),
    view: functionOf(abi, call.done.function),
  };
  const uses = usedContracts(call, context);
  const addressesSoFar = new Map(knownAddresses);
  return {
    name: call.name,
    contract,
    uses,
    after: call.after,
    waitsFor: uses.filter((key) => !knownAddresses.has(key)),
    transaction: (addresses) =>
      transaction(call, functions, context, new Map([...addressesSoFar, ...addresses])),
  };
}

function functionOf(abi: Artifact["abi"], name: string): AbiFunction {
  const found = findFunction(abi, name);
  if (found.kind === "problem") {
    throw new Error(`a call with findings was planned: ${found.problem}`);
  }
  return found.entry;
}

function usedContracts(call: CallDefinition, context: ReferenceContext): ContractKey[] {
  const { contract, through, args, done } = call;
  const onSameChain = [contract, ...(through === undefined ? [] : [through])];
  const values = [Object.values(args), Object.values(done.args), done.returns];
  return [
    ...new Set([...onSameChain.map((name) => keyOf(context.chain, name)), ...contractsIn(values, context)]),
  ];
}

function transaction(
  call: CallDefinition,
  { called, view }: { readonly called: AbiFunction; readonly view: AbiFunction },
  context: ReferenceContext,
  addresses: Addresses,
): CallTransaction {
  const addressOf = (name: string) => addresses.get(keyOf(context.chain, name)) ?? PLACEHOLDER_ADDRESS;
  const args = resolvedArguments(call.args, context, addresses);
  const to = addressOf(call.contract);
  const data = callData(called, args);
  const target =
    call.through === undefined
      ? { to, data }
      : { to: addressOf(call.through), data: safeTransactionData(to, data, context.sender) };
  const expected = expectedReturns(view, resolved(call.done.returns, context, addresses));
  return {
    ...target,
    description: `${call.contract}.${called.name}(${describeArguments(called.inputs, args)})${call.through === undefined ? "" : ` through ${call.through}`}`,
    done: {
      to,
      data: callData(view, resolvedArguments(call.done.args, context, addresses)),
      types: view.outputs.map(({ type }) => type),
      wanted: expected.map(({ index, value }) => ({
        index,
        value: encodeArguments([{ ...view.outputs[index], type: view.outputs[index]?.type ?? "" }], [value]),
      })),
    },
  };
}

function callData(entry: AbiFunction, args: Arguments): Hex {
  return concat([toFunctionSelector(toFunctionSignature(entry)), encodeArguments(entry.inputs, args)]);
}

/**
 * A transaction of a Safe that one owner approves by sending it: a signature with `v = 1` counts as given by the sender
 * (https://docs.safe.global/advanced/smart-account-signatures).
 */
function safeTransactionData(to: Address, data: Hex, owner: Address): Hex {
  const signature = concat([pad(owner), pad("0x00"), "0x01"]);
  return encodeFunctionData({
    abi: SAFE,
    functionName: "execTransaction",
    args: [to, 0n, data, 0, 0n, 0n, 0n, zeroAddress, zeroAddress, signature],
  });
}

const SAFE = parseAbi([
  "function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)",
]);
