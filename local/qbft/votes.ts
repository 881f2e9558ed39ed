import type { Address } from "viem";

/** A vote in the header of a block. */
export interface Vote {
  readonly proposer: Address;
  readonly subject: Address;
  /** True to add the subject to the validators, false to remove it. */
  readonly add: boolean;
}

/** The validators after a block, and the votes of the epoch that have not had a majority yet. Immutable. */
export interface Tally {
  /** Ascending. */
  readonly validators: readonly Address[];
  /** For each subject the validators that voted to add it. */
  readonly adding: ReadonlyMap<Address, ReadonlySet<Address>>;
  /** For each subject the validators that voted to remove it. */
  readonly removing: ReadonlyMap<Address, ReadonlySet<Address>>;
}

/** The tally of a genesis block. */
export function initialTally(validators: readonly Address[]): Tally {
  return { validators: validators.toSorted(), adding: new Map(), removing: new Map() };
}

/**
 * The tally after a block. The votes of an epoch's first block and all earlier ones are discarded. A subject that more than
 * half of the validators voted for is added or removed with this block, and a removed validator's own votes lapse.
 *
 * Source: VoteTally.java and VoteTallyUpdater.java in https://github.com/hyperledger/besu (3fd224e,
 * consensus/common/src/main/java/org/hyperledger/besu/consensus/common/validator/blockbased).
 */
export function afterBlock(tally: Tally, number: number, vote: Vote | undefined, epochLength: number): Tally {
  if (number % epochLength === 0) {
    return initialTally(tally.validators);
  }
  if (vote === undefined) {
    return tally;
  }
  const { proposer, subject, add } = vote;
  const adding = changed(tally.adding, subject, (votes) =>
    add ? votes.add(proposer) : votes.delete(proposer),
  );
  const removing = changed(tally.removing, subject, (votes) =>
    add ? votes.delete(proposer) : votes.add(proposer),
  );
  const majority = Math.floor(tally.validators.length / 2) + 1;
  if ((adding.get(subject)?.size ?? 0) >= majority) {
    adding.delete(subject);
    removing.delete(subject);
    return { validators: [...new Set([...tally.validators, subject])].sort(), adding, removing };
  }
  if ((removing.get(subject)?.size ?? 0) >= majority) {
    adding.delete(subject);
    removing.delete(subject);
    const validators = tally.validators.filter((validator) => validator !== subject);
    return { validators, adding: without(adding, subject), removing: without(removing, subject) };
  }
  return { validators: tally.validators, adding, removing };
}

function changed(
  votes: Tally["adding"],
  subject: Address,
  change: (votes: Set<Address>) => unknown,
): Map<Address, ReadonlySet<Address>> {
  const ofSubject = new Set(votes.get(subject));
  change(ofSubject);
  return new Map(votes).set(subject, ofSubject);
}

function without(votes: Tally["adding"], voter: Address): Map<Address, ReadonlySet<Address>> {
  return new Map(
    [...votes].map(([subject, voters]) => [subject, new Set([...voters].filter((one) => one !== voter))]),
  );
}

/**
 * What a node was told to vote for, from `qbft_proposeValidatorVote` until `qbft_discardValidatorVote`. Besu keeps the
 * proposals in memory alone, so a restart forgets them, and keeps them after the vote has had its majority.
 *
 * Source: VoteProposer.java, in the same package.
 */
export class VoteProposals {
  readonly #proposals = new Map<Address, boolean>();
  #position = 0;

  propose(subject: Address, add: boolean): void {
    this.#proposals.set(subject, add);
  }

  discard(subject: Address): void {
    this.#proposals.delete(subject);
  }

  /** Whether to add the subject, by subject. */
  pending(): ReadonlyMap<Address, boolean> {
    return this.#proposals;
  }

  /** The vote that the node puts into the block that it proposes: one of those that still have an effect, by turns. */
  next(proposer: Address, tally: Tally): Vote | undefined {
    const valid = [...this.#proposals].filter(([subject, add]) =>
      hasEffect({ proposer, subject, add }, tally),
    );
    if (valid.length === 0) {
      return undefined;
    }
    this.#position = (this.#position + 1) % valid.length;
    const [subject, add] = valid[this.#position] as [Address, boolean];
    return { proposer, subject, add };
  }
}

/** VoteProposer.voteNotYetCast: the subject is not yet where the vote wants it and the vote was not cast, or the vote changes. */
function hasEffect({ proposer, subject, add }: Vote, tally: Tally): boolean {
  const isValidator = tally.validators.includes(subject);
  const votedAdd = tally.adding.get(subject)?.has(proposer) ?? false;
  const votedRemove = tally.removing.get(subject)?.has(proposer) ?? false;
  return add ? (!isValidator && !votedAdd) || votedRemove : (isValidator && !votedRemove) || votedAdd;
}
