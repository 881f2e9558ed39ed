import {
  type AbiFunction,
  type AbiParameter,
  type Address,
  concat,
  encodeFunctionData,
  type Hex,
  pad,
  parseAbi,
  zeroAddress,
} from "viem";
import type { Artifact } from "../build/artifact";
import type { DoneQuestion } from "../call/done";
import { type CallDefinition, type ChainDefinition, calledArtifact } from "../definitions/definitions";
import { type Arguments, findFunction } from "../definitions/parameters";
import {
  type Addresses,
  type ContractKey,
  keyOf,
  PLACEHOLDER_ADDRESS,
  type ReferenceContext,
} from "../definitions/references";
import { expectedReturns } from "../definitions/returns";
import {
  callData,
  contractsIn,
  describeValues,
  describeWei,
  encodeValues,
  lookUpIn,
  valuesOf,
} from "../definitions/values";

/** A call of a plan: a transaction to a contract, complete except for addresses that are not known yet. */
export interface PlannedCall {
  readonly name: string;
  /** The name in contracts/src of the contract or interface that has the called function. */
  readonly contract: string;
  /** Contracts of any chain that must be deployed before: the called contract, the Safe, and those in the arguments. */
  readonly uses: readonly ContractKey[];
  /** Wei that the transaction transfers. Through a Safe, the Safe hands them on. */
  readonly value: bigint;
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

/** A call with what its plan needs. */
interface CallToPlan {
  readonly chain: ChainDefinition;
  readonly call: CallDefinition;
  readonly context: ReferenceContext;
  readonly artifacts: ReadonlyMap<string, Artifact>;
}

/** Plans a call that has no findings. */
export function planCall(
  { chain, call, context, artifacts }: CallToPlan,
  knownAddresses: Addresses,
): PlannedCall {
  const { name: contract, abi } = calledArtifact(chain, call, artifacts) as Artifact;
  const functions = {
    called: functionOf(abi, call.function),
    view: functionOf(abi, call.done.function),
  };
  const uses = usedContracts(call, functions, context);
  const addressesSoFar = new Map(knownAddresses);
  return {
    name: call.name,
    contract,
    uses,
    value: call.value,
    after: call.after,
    waitsFor: uses.filter((key) => !knownAddresses.has(key)),
    transaction: (addresses) =>
      transaction(call, functions, context, new Map([...addressesSoFar, ...addresses])),
  };
}

interface CalledFunctions {
  readonly called: AbiFunction;
  readonly view: AbiFunction;
}

function functionOf(abi: Artifact["abi"], name: string): AbiFunction {
  const found = findFunction(abi, name);
  if (found.kind === "problem") {
    throw new Error(`a call with findings was planned: ${found.problem}`);
  }
  return found.entry;
}

function usedContracts(
  { contract, through, args, done }: CallDefinition,
  { called, view }: CalledFunctions,
  context: ReferenceContext,
): ContractKey[] {
  const onSameChain = [contract, ...(through === undefined ? [] : [through])];
  const inReturns = expectedReturns(view, done.returns).flatMap(({ parameter, value }) =>
    parameter === undefined ? [] : contractsIn([parameter], [value], context),
  );
  return [
    ...new Set([
      ...onSameChain.map((name) => keyOf(context.chain, name)),
      ...contractsIn(called.inputs, args, context),
      ...contractsIn(view.inputs, done.args, context),
      ...inReturns,
    ]),
  ];
}

function transaction(
  call: CallDefinition,
  { called, view }: CalledFunctions,
  context: ReferenceContext,
  addresses: Addresses,
): CallTransaction {
  const addressOf = (name: string) => addresses.get(keyOf(context.chain, name)) ?? PLACEHOLDER_ADDRESS;
  const valuesIn = (parameters: readonly AbiParameter[], args: Arguments) =>
    valuesOf(parameters, args, context, lookUpIn(addresses));
  const { value } = call;
  const args = valuesIn(called.inputs, call.args);
  const to = addressOf(call.contract);
  const data = callData(called, args);
  const target =
    call.through === undefined
      ? { to, data }
      : { to: addressOf(call.through), data: safeTransactionData({ to, data, value }, context.sender) };
  return {
    ...target,
    description: `${call.contract}.${called.name}(${describeValues(args)})${describeWei(value)}${call.through === undefined ? "" : ` through ${call.through}`}`,
    done: {
      to,
      data: callData(view, valuesIn(view.inputs, call.done.args)),
      types: view.outputs.map(typeOf),
      wanted: expectedReturns(view, call.done.returns).flatMap(
        ({ path: [index = 0, ...path] = [], parameter, value: expected }) =>
          parameter === undefined
            ? []
            : [
                {
                  index,
                  ...(path.length === 0 ? {} : { path }),
                  value: encodeValues(valuesIn([parameter], [expected])),
                },
              ],
      ),
    },
  };
}

/** A type as `parseAbiParameter` reads it. @example "(uint256,bool)[]" */
function typeOf(parameter: AbiParameter): string {
  const components = "components" in parameter ? parameter.components : undefined;
  return components === undefined
    ? parameter.type
    : `(${components.map(typeOf).join(",")})${parameter.type.slice("tuple".length)}`;
}

/**
 * A transaction of a Safe that one owner approves by sending it: a signature with `v = 1` counts as given by the sender
 * (https://docs.safe.global/advanced/smart-account-signatures).
 */
function safeTransactionData(
  { to, data, value }: { readonly to: Address; readonly data: Hex; readonly value: bigint },
  owner: Address,
): Hex {
  const signature = concat([pad(owner), pad("0x00"), "0x01"]);
  return encodeFunctionData({
    abi: SAFE,
    functionName: "execTransaction",
    args: [to, value, data, 0, 0n, 0n, 0n, zeroAddress, zeroAddress, signature],
  });
}

const SAFE = parseAbi([
  "function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)",
]);
