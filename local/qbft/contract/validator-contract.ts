import {
  type Address,
  decodeFunctionData,
  encodeErrorResult,
  encodeFunctionResult,
  type Hex,
  parseAbi,
} from "viem";
import { VALIDATOR_CONTRACT_ABI, voteGas } from "../../../components/besu/genesis/validator-contract";

/** The open votes on an account, in the order in which the contract stores them. */
export interface OpenVotes {
  readonly subject: Address;
  readonly voters: readonly Address[];
}

/** The storage of `contracts/src/network/ValidatorSelection.sol` as far as its functions tell it. Immutable. */
export interface ContractState {
  /** Ascending. */
  readonly validators: readonly Address[];
  readonly open: readonly OpenVotes[];
}

/** What the constructor leaves. */
export function initialContract(validators: readonly Address[]): ContractState {
  return { validators: validators.toSorted(), open: [] };
}

/** The end of an execution without an effect, with the data that the contract returns. */
export class Revert extends Error {
  constructor(readonly data: Hex) {
    super(`reverted with ${data}`);
  }
}

/** Executes a part of the contract. @returns the revert in place of the result if the contract reverts. */
export function outcomeOf<Result>(execute: () => Result): Result | Revert {
  try {
    return execute();
  } catch (error) {
    if (error instanceof Revert) {
      return error;
    }
    throw error;
  }
}

/** A call that changes the contract. */
export interface ContractCall {
  readonly sender: Address;
  readonly data: Hex;
  readonly gas: bigint;
}

/**
 * The state after a call. Contracts are not executed here: this does what the source of the contract says, and a property test
 * compares it with the contract itself in anvil. Gas is not counted either, so a call that may need more than it has fails.
 *
 * @throws Revert as the contract reverts.
 */
export function afterCall(state: ContractState, { sender, data, gas }: ContractCall): ContractState {
  if (gas < voteGas(state.validators.length)) {
    throw new Revert("0x");
  }
  const call = decoded(data);
  switch (call.functionName) {
    case "propose":
      return proposed(state, sender, { subject: lowerCase(call.args[0]), add: call.args[1] });
    case "withdraw":
      return withdrawn(state, sender, lowerCase(call.args[0]));
    default:
      return state;
  }
}

/**
 * What a view answers.
 *
 * @returns undefined if the data calls no view.
 * @throws Revert if the contract has no such function.
 */
export function answerOf({ validators, open }: ContractState, data: Hex): Hex | undefined {
  const { functionName } = decoded(data);
  switch (functionName) {
    case "getValidators":
      return encodeFunctionResult({ abi: VALIDATOR_CONTRACT_ABI, functionName, result: [...validators] });
    case "getProposals":
      return encodeFunctionResult({
        abi: VALIDATOR_CONTRACT_ABI,
        functionName,
        result: open.map(({ subject, voters }) => ({
          subject,
          add: !validators.includes(subject),
          voters: [...voters],
        })),
      });
    default:
      return undefined;
  }
}

function decoded(data: Hex) {
  try {
    return decodeFunctionData({ abi: VALIDATOR_CONTRACT_ABI, data });
  } catch {
    throw new Revert("0x");
  }
}

function proposed(
  state: ContractState,
  sender: Address,
  { subject, add }: { readonly subject: Address; readonly add: boolean },
): ContractState {
  const { validators, open } = state;
  requireValidator(state, sender);
  if (subject === ZERO || validators.includes(subject) === add) {
    throw reverted("NothingToChange", subject, add);
  }
  if (!add && validators.length <= MINIMUM) {
    throw reverted("TooFewValidators", BigInt(validators.length));
  }
  const voters = votersOn(state, subject);
  if (voters.includes(sender)) {
    throw reverted("AlreadyVoted", subject, sender);
  }
  if (2 * (voters.length + 1) > validators.length) {
    const others = validators.filter((validator) => validator !== subject);
    return { validators: add ? [...others, subject].sort() : others, open: [] };
  }
  const votes = { subject, voters: [...voters, sender] };
  return {
    validators,
    open: voters.length === 0 ? [...open, votes] : open.map((one) => (one.subject === subject ? votes : one)),
  };
}

function withdrawn(state: ContractState, sender: Address, subject: Address): ContractState {
  requireValidator(state, sender);
  const voters = votersOn(state, subject);
  if (!voters.includes(sender)) {
    throw reverted("NotVoted", subject, sender);
  }
  const left = withLastInPlace(voters, voters.indexOf(sender));
  const { validators, open } = state;
  const place = open.findIndex((one) => one.subject === subject);
  return {
    validators,
    open:
      left.length === 0
        ? withLastInPlace(open, place)
        : open.map((one) => (one.subject === subject ? { subject, voters: left } : one)),
  };
}

/** As the contract takes an element out of a list: the last one takes its place. */
function withLastInPlace<Element>(list: readonly Element[], place: number): Element[] {
  const rest = list.slice(0, -1);
  const last = list.at(-1);
  return rest.map((element, index) => (index === place && last !== undefined ? last : element));
}

function votersOn({ open }: ContractState, subject: Address): readonly Address[] {
  return open.find((votes) => votes.subject === subject)?.voters ?? [];
}

function requireValidator({ validators }: ContractState, account: Address): void {
  if (!validators.includes(account)) {
    throw reverted("NotValidator", account);
  }
}

function reverted(errorName: string, ...args: readonly unknown[]): Revert {
  return new Revert(encodeErrorResult({ abi: ERRORS, errorName, args } as never));
}

function lowerCase(address: Address): Address {
  return address.toLowerCase() as Address;
}

const ZERO: Address = "0x0000000000000000000000000000000000000000";

/** MINIMUM of the contract. */
const MINIMUM = 4;

const ERRORS = parseAbi([
  "error NotValidator(address account)",
  "error NothingToChange(address subject, bool add)",
  "error AlreadyVoted(address subject, address voter)",
  "error NotVoted(address subject, address voter)",
  "error TooFewValidators(uint256 validators)",
]);
