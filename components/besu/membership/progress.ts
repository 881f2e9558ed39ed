import { ChainfleetError } from "../../error";
import { listed } from "../votes/votes";
import type { ObservedMembers } from "./members";
import type { MembershipPhase } from "./plan";

/** What a change of the validators came to, and when. */
interface Milestone {
  readonly key: string;
  readonly at: number;
  readonly height: number;
}

/** In the order in which a change goes through them. */
const PHASES: readonly MembershipPhase["kind"][] = [
  ...(["syncing", "adding", "unsafe", "removing", "discarding", "done"] as const),
];

/** The time without progress after which a change has failed, if the chain has had its blocks. */
const PATIENCE_SECONDS = 600;

/** In N blocks each validator casts one vote; the others are for those that were not heard at once, and for failed rounds. */
const PATIENT_TURNS = 4;

/**
 * How far a change has come: the chain's validators, and, while new ones import the chain, their blocks. A change lasts as long as
 * it makes progress, since importing a long chain takes hours.
 */
export class Progress {
  #last: Milestone | undefined;
  #movedAt = 0;
  /** The most blocks that new nodes have had together. A node that starts again and again has the same ones each time. */
  #imported = 0;
  #validators = "";
  /** The furthest phase since the chain's validators changed. While a node is away, the plan is in an earlier phase again. */
  #furthest = 0;
  #height = -1;

  /** @param now milliseconds since 1970. */
  note({ current, imported, height }: ObservedMembers, phase: MembershipPhase, now: number): void {
    const validators = JSON.stringify([...current].sort());
    if (validators !== this.#validators) {
      this.#validators = validators;
      this.#furthest = 0;
    }
    this.#furthest = Math.max(this.#furthest, PHASES.indexOf(phase.kind));
    this.#imported = Math.max(this.#imported, imported);
    const key = JSON.stringify([validators, this.#furthest, this.#imported]);
    if (this.#last?.key !== key) {
      this.#last = { key, at: now, height };
    }
    if (height > this.#height) {
      this.#height = height;
      this.#movedAt = now;
    }
  }

  /** Whether nothing has come of the change for so long that nothing will. */
  hasEnded({ current, height }: ObservedMembers, phase: MembershipPhase, now: number): boolean {
    const { at, height: since } = this.#last ?? { at: now, height };
    const subjects = "subjects" in phase ? phase.subjects.length : 0;
    const isVoting = phase.kind === "adding" || phase.kind === "removing";
    const stands = now - this.#movedAt > PATIENCE_SECONDS * 1000;
    const hadTurns = height - since > (PATIENT_TURNS + subjects) * current.length;
    return now - at > PATIENCE_SECONDS * 1000 && (!isVoting || stands || hadTurns);
  }
}

/** The failure of a change that has come to a standstill. Validators that were voted in or out before remain so. */
export function stalled(observed: ObservedMembers | undefined, phase: MembershipPhase): ChainfleetError {
  const problems = [...(observed?.problems ?? [])].map(([name, problem]) => `${name} ${problem}`);
  return new ChainfleetError({
    code: "VALIDATORS_NOT_CHANGED",
    summary:
      `The chain does not have the validators of the config yet, and no validator was deleted: ${reasonOf(observed, phase)}.` +
      (problems.length === 0 ? "" : ` ${listed(problems)}.`),
    next: "Repair these nodes (chainfleet services status shows them), then run again. The run goes on where this one ended.",
  });
}

/** The failure of a change that the engine cancelled, after the first Ctrl+C. */
export function cancelled(): ChainfleetError {
  return new ChainfleetError({
    code: "VALIDATORS_NOT_CHANGED",
    summary: "The change of the chain's validators was interrupted, and no validator was deleted.",
    next: "Run again. The run goes on where this one ended.",
  });
}

function reasonOf(observed: ObservedMembers | undefined, phase: MembershipPhase): string {
  const answering = observed?.current.filter((address) =>
    observed.nodes.some((node) => node.address === address),
  );
  const subjects = "subjects" in phase ? listed(phase.subjects) : "";
  switch (phase.kind) {
    case "syncing":
      return `${subjects} must have all blocks before the others vote`;
    case "unsafe":
      return `without ${subjects}, too few of the others sign to make blocks`;
    case "adding":
    case "removing":
      return `more than half of the chain's ${observed?.current.length} validators must vote, and ${answering?.length} of them answer`;
    default:
      return observed === undefined ? "no node of the network answers" : "votes could not be taken back";
  }
}
