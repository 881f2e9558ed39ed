import type { Address, Hex } from "viem";
import type { Transaction } from "./contract/transaction";
import { afterTransactions, initialWorld, type WorldState } from "./contract/world-state";
import { blockHash } from "./header";
import { afterBlock, initialTally, type Tally, type Vote } from "./votes";

/** What a genesis file says about its chain. */
export interface ChainRules {
  readonly chainId: number;
  readonly genesisHash: Hex;
  /** Ascending. */
  readonly genesisValidators: readonly Address[];
  readonly blockPeriodSeconds: number;
  /** How long round 0 of a block lasts. */
  readonly requestTimeoutSeconds: number;
  readonly epochLength: number;
  readonly gasLimit: number;
  /** The state root of the genesis block. It stands for that of every block. */
  readonly stateRoot: Hex;
  /** The contract that selects the validators. Absent: votes in the headers of blocks do. */
  readonly validatorContract?: Address;
}

export interface Block {
  readonly number: number;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly timestampSeconds: number;
  readonly proposer: Address;
  readonly round: number;
  /** The validators that made the block, ascending. */
  readonly validators: readonly Address[];
  readonly vote: Vote | undefined;
  readonly transactions: readonly Transaction[];
  /** What counts after the block. */
  readonly tally: Tally;
  /** The state after the block. Undefined on a chain whose blocks have the votes: these have no transactions. */
  readonly world: WorldState | undefined;
}

/** What its makers decide about a block. */
export type NewBlock = Pick<Block, "timestampSeconds" | "proposer" | "round" | "vote" | "transactions">;

/**
 * A line of blocks. A chain whose validators have all lost their data starts again, and then there are several: a block
 * is final in QBFT, so a node never leaves the line that it is on.
 */
export class Branch {
  readonly #blocks: Block[];

  /**
   * @param rules of the chain.
   * @param base the block after which the branch begins. Undefined: the branch begins with the genesis block.
   * @param blocks the newest blocks of the branch, in order; empty for a new one that begins after another branch's block.
   */
  constructor(
    readonly rules: ChainRules,
    readonly base: Head | undefined,
    blocks: readonly Block[],
  ) {
    this.#blocks = base === undefined && blocks.length === 0 ? [genesisBlock(rules)] : [...blocks];
  }

  get last(): Block {
    return this.#blocks.at(-1) ?? (this.base?.branch.block(this.base.number) as Block);
  }

  /** The block of a number. Undefined beyond the last one, and for blocks that are not kept. */
  block(number: number): Block | undefined {
    if (number === 0 && this.base === undefined) {
      return genesisBlock(this.rules);
    }
    if (this.base !== undefined && number <= this.base.number) {
      return this.base.branch.block(number);
    }
    return this.#blocks[number - (this.#blocks[0]?.number ?? 0)];
  }

  /** Adds the next block. */
  append(next: NewBlock): Block {
    const parent = this.last;
    const number = parent.number + 1;
    const world = parent.world === undefined ? undefined : afterTransactions(parent.world, next.transactions);
    const made = {
      ...next,
      number,
      parentHash: parent.hash,
      validators: parent.tally.validators,
      tally:
        world === undefined
          ? afterBlock(parent.tally, number, next.vote, this.rules.epochLength)
          : tallyOf(world, parent),
      world,
    };
    const block = { ...made, hash: blockHash(this.rules, made) };
    this.#blocks.push(block);
    if (this.#blocks.length > 2 * BLOCKS_KEPT) {
      this.#blocks.splice(0, BLOCKS_KEPT);
    }
    return block;
  }

  /** The newest blocks, in order. */
  newest(count: number): readonly Block[] {
    return this.#blocks.slice(-count);
  }
}

/** Beyond the genesis block and this many newest blocks, a simulated chain has forgotten its blocks. */
export const BLOCKS_KEPT = 50_000;

/** The place of a node on a chain. */
export interface Head {
  readonly branch: Branch;
  readonly number: number;
}

/** The head with a number in a branch or in those before it. */
export function headAt(branch: Branch, number: number): Head {
  return branch.base !== undefined && number <= branch.base.number
    ? headAt(branch.base.branch, number)
    : { branch, number };
}

/** Whether the node would come to the other head by importing blocks. */
export function isBefore(head: Head, other: Head): boolean {
  for (let { branch, number } = other; ; ) {
    if (branch === head.branch) {
      return head.number <= number;
    }
    if (branch.base === undefined) {
      return false;
    }
    ({ branch, number } = branch.base);
  }
}

/**
 * Besu reads the validators of a block in the state of its parent: TransactionValidatorProvider.getValidatorsAfterBlock in
 * https://github.com/hyperledger/besu (3fd224e, consensus/qbft/src/main/java/org/hyperledger/besu/consensus/qbft/validator).
 */
function tallyOf(world: WorldState, parent: Block): Tally {
  return world === parent.world ? parent.tally : initialTally(world.contract.validators);
}

function genesisBlock(rules: ChainRules): Block {
  return {
    number: 0,
    hash: rules.genesisHash,
    parentHash: `0x${"0".repeat(64)}`,
    timestampSeconds: 0,
    // The coinbase of the genesis file, which is no validator.
    proposer: `0x${"0".repeat(40)}`,
    round: 0,
    validators: rules.genesisValidators,
    vote: undefined,
    transactions: [],
    tally: initialTally(rules.genesisValidators),
    world: rules.validatorContract === undefined ? undefined : initialWorld(rules.genesisValidators),
  };
}
