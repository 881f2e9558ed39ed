import type { Address } from "viem";
import { quorum } from "../quorum";

/** A change of the chain's validators under way, as the nodes describe it at one moment. */
export interface Membership {
  /** The validators that make the next block. */
  readonly current: readonly Address[];
  /** The validators that the config describes. */
  readonly wanted: readonly Address[];
  /** Those of the current validators that sign. */
  readonly signing: ReadonlySet<Address>;
  /** The nodes that answer, whether they are validators of the chain or not. */
  readonly nodes: readonly MemberNode[];
}

/** A node that answers. */
export interface MemberNode {
  readonly address: Address;
  /** Whether it has the chain's blocks and enough peers, so that it signs once it is a validator. */
  readonly isInSync: boolean;
  /** What it was told to vote for: true to add the validator, false to remove it. */
  readonly proposals: ReadonlyMap<Address, boolean>;
  /** Whether votes of its validator are under way to a block. */
  readonly isUnderway?: boolean;
}

/** A request to one node. */
export type VoteStep =
  | { readonly kind: "propose"; readonly node: Address; readonly subject: Address; readonly add: boolean }
  | { readonly kind: "discard"; readonly node: Address; readonly subject: Address };

/** What there is to do now. */
export interface MembershipPlan {
  /** In this order. Repeating one that was made changes nothing. */
  readonly steps: readonly VoteStep[];
  readonly phase: MembershipPhase;
}

/** What the change waits for once the steps are made. */
export type MembershipPhase =
  /** The chain has the validators of the config, and no node has a proposal left. */
  | { readonly kind: "done" }
  /** The chain has the validators of the config; proposals are discarded, and votes that are under way are waited for. */
  | { readonly kind: "discarding" }
  | { readonly kind: "adding" | "removing"; readonly subjects: readonly Address[] }
  /** New validators that do not answer, or do not have all blocks yet. */
  | { readonly kind: "syncing"; readonly subjects: readonly Address[] }
  /** Removing any of these now would take the chain its quorum: too few of the others sign. */
  | { readonly kind: "unsafe"; readonly subjects: readonly Address[] };

/**
 * The next steps from the chain's validators to those of the config. Depends on nothing but what the nodes say, so that whoever
 * was killed at any step goes on by asking them again.
 *
 * New validators come first, each as soon as it would sign: that never makes the margin of the quorum smaller. When the chain has
 * all of them, those that do not sign are voted out, which makes it larger. Then the others, as many at once as the chain can
 * lose in any order while one more validator fails.
 *
 * A proposal has no effect any more once the chain is as it wants, but it would undo a later change, so every proposal is
 * discarded that is not part of what is done now.
 */
export function planMembership(membership: Membership): MembershipPlan {
  const phase = phaseOf(membership);
  const votes = votesIn(phase);
  const voters = membership.nodes.filter(({ address }) => membership.current.includes(address));
  const steps = [
    ...membership.nodes.flatMap(({ address, proposals }) =>
      [...proposals]
        .filter(([subject, add]) => votes.get(subject) !== add)
        .map(([subject]): VoteStep => ({ kind: "discard", node: address, subject })),
    ),
    ...voters.flatMap(({ address, proposals }) =>
      [...votes]
        .filter(([subject, add]) => proposals.get(subject) !== add)
        .map(([subject, add]): VoteStep => ({ kind: "propose", node: address, subject, add })),
    ),
  ];
  const isSettled = steps.length === 0 && voters.every(({ isUnderway }) => isUnderway !== true);
  return { steps, phase: phase.kind === "done" && !isSettled ? { kind: "discarding" } : phase };
}

function phaseOf({ current, wanted, signing, nodes }: Membership): MembershipPhase {
  const joining = wanted.filter((address) => !current.includes(address)).sort();
  const inSync = new Set(nodes.filter((node) => node.isInSync).map(({ address }) => address));
  const ready = joining.filter((address) => inSync.has(address));
  if (ready.length > 0) {
    return { kind: "adding", subjects: ready };
  }
  if (joining.length > 0) {
    return { kind: "syncing", subjects: joining };
  }
  const leaving = current.filter((address) => !wanted.includes(address)).sort();
  if (leaving.length === 0) {
    return { kind: "done" };
  }
  const silent = leaving.filter((address) => !signing.has(address));
  // One that has not had its turn to propose yet seems silent, too, so that the others have to be a quorum without it.
  const removable =
    silent.length === 0
      ? leaving.slice(0, removableAtOnce(current.length, signing.size))
      : signing.size >= quorum(current.length - 1)
        ? silent
        : [];
  return removable.length === 0
    ? { kind: "unsafe", subjects: leaving }
    : { kind: "removing", subjects: removable };
}

/**
 * How many validators that sign may be voted out at the same time: after each of them, in any order, the others that sign are
 * still a quorum of those that are left, and one of them may fail while the votes are under way. A network of at least four
 * validators that all sign can always lose one more.
 */
export function removableAtOnce(validators: number, signing: number): number {
  let removed = 0;
  while (removed < validators - 1 && signing - removed - 2 >= quorum(validators - removed - 1)) {
    removed += 1;
  }
  return removed;
}

function votesIn(phase: MembershipPhase): Map<Address, boolean> {
  return phase.kind === "adding" || phase.kind === "removing"
    ? new Map(phase.subjects.map((subject) => [subject, phase.kind === "adding"]))
    : new Map();
}
