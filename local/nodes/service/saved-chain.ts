import { isDeepStrictEqual } from "node:util";
import type { Address } from "viem";
import { type Block, Branch, type ChainRules, type Head } from "../../qbft/chain";
import type { Transaction } from "../../qbft/contract/transaction";
import type { ContractState } from "../../qbft/contract/validator-contract";
import type { WorldState } from "../../qbft/contract/world-state";
import { initialTally, type Tally } from "../../qbft/votes";

/** A chain on the disk. */
export interface SavedChain {
  readonly rules: ChainRules;
  /** Each after the branch from which it begins. */
  readonly branches: readonly {
    readonly base?: { readonly branch: number; readonly number: number };
    readonly blocks: readonly SavedBlock[];
    /** What counts after the last block. The votes that counted after earlier ones are not kept. */
    readonly tally: SavedTally;
  }[];
  /** The branch and the number of each volume's head, by the volume. */
  readonly heads: Readonly<Record<string, readonly [branch: number, number: number]>>;
}

type SavedBlock = Omit<Block, "tally" | "vote" | "validators" | "transactions" | "world"> & {
  readonly vote?: NonNullable<Block["vote"]>;
  /** Absent: none. */
  readonly transactions?: readonly SavedTransaction[];
  /** Absent: that of the block before. */
  readonly world?: SavedWorld;
  /** Absent: those of the block before. */
  readonly validators?: readonly Address[];
};

interface SavedTransaction extends Omit<Transaction, "gas"> {
  readonly gas: string;
}

interface SavedWorld {
  readonly contract: ContractState;
  readonly nonces: readonly (readonly [Address, number])[];
}

interface SavedTally {
  readonly validators: readonly Address[];
  readonly adding: readonly (readonly [Address, readonly Address[]])[];
  readonly removing: readonly (readonly [Address, readonly Address[]])[];
}

/** The newest blocks that are saved of a branch. Gates and rules look back by two blocks for each validator. */
const BLOCKS_SAVED = 500;

/** @param heads of the volumes. */
export function saveChain(rules: ChainRules, heads: ReadonlyMap<string, Head>): SavedChain {
  const branches: Branch[] = [];
  const add = (branch: Branch) => {
    if (!branches.includes(branch)) {
      if (branch.base !== undefined) {
        add(branch.base.branch);
      }
      branches.push(branch);
    }
  };
  for (const { branch } of heads.values()) {
    add(branch);
  }
  return {
    rules,
    branches: branches.map((branch) => ({
      ...(branch.base === undefined
        ? {}
        : { base: { branch: branches.indexOf(branch.base.branch), number: branch.base.number } }),
      blocks: saveBlocks(branch.newest(BLOCKS_SAVED)),
      tally: saveTally(branch.last.tally),
    })),
    heads: Object.fromEntries(
      [...heads].map(([volume, { branch, number }]) => [volume, [branches.indexOf(branch), number] as const]),
    ),
  };
}

/** The root branch and the heads of a saved chain. A head below the saved blocks becomes the genesis block. */
export function restoreHeads({ rules, branches, heads }: SavedChain): {
  readonly root: Branch | undefined;
  readonly heads: ReadonlyMap<string, Head>;
} {
  const restored: Branch[] = [];
  for (const { base, blocks, tally } of branches) {
    const after = base === undefined ? undefined : restored[base.branch];
    restored.push(
      new Branch(
        rules,
        after === undefined || base === undefined ? undefined : { branch: after, number: base.number },
        restoreBlocks(blocks, tally),
      ),
    );
  }
  return {
    root: restored[0],
    heads: new Map(
      Object.entries(heads).flatMap(([volume, [index, number]]) => {
        const branch = restored[index];
        return branch?.block(number) === undefined ? [] : [[volume, { branch, number }]];
      }),
    ),
  };
}

function saveBlocks(blocks: readonly Block[]): SavedBlock[] {
  return blocks.map(({ vote, tally: _, validators, transactions, world, ...block }, index) => ({
    ...block,
    ...(transactions.length === 0
      ? {}
      : { transactions: transactions.map(({ gas, ...sent }) => ({ ...sent, gas: String(gas) })) }),
    ...(world === undefined || world === blocks[index - 1]?.world
      ? {}
      : { world: { contract: world.contract, nonces: [...world.nonces] } }),
    ...(vote === undefined ? {} : { vote }),
    ...(isDeepStrictEqual(blocks[index - 1]?.validators, validators) ? {} : { validators }),
  }));
}

function restoreBlocks(saved: readonly SavedBlock[], tally: SavedTally): Block[] {
  const sets: (readonly Address[])[] = [];
  for (const { validators } of saved) {
    sets.push(validators ?? sets.at(-1) ?? []);
  }
  const worlds: (WorldState | undefined)[] = [];
  for (const { world } of saved) {
    worlds.push(world === undefined ? worlds.at(-1) : { ...world, nonces: new Map(world.nonces) });
  }
  return saved.map(({ vote, transactions = [], world: _, ...block }, index) => ({
    ...block,
    vote,
    transactions: transactions.map(({ gas, ...sent }) => ({ ...sent, gas: BigInt(gas) })),
    world: worlds[index],
    validators: sets[index] ?? [],
    tally: index === saved.length - 1 ? restoreTally(tally) : initialTally(sets[index + 1] ?? []),
  }));
}

function saveTally({ validators, adding, removing }: Tally): SavedTally {
  const plain = (votes: Tally["adding"]) =>
    [...votes].map(([subject, voters]) => [subject, [...voters]] as const);
  return { validators, adding: plain(adding), removing: plain(removing) };
}

function restoreTally({ validators, adding, removing }: SavedTally): Tally {
  const votes = (saved: SavedTally["adding"]) =>
    new Map(saved.map(([subject, voters]) => [subject, new Set(voters)]));
  return { validators, adding: votes(adding), removing: votes(removing) };
}
