import type { Address } from "viem";
import { EventQueue } from "./event-queue";
import { proposerOf, quorumOf } from "./proposer";

/** What the consensus on one block depends on. Times are simulated milliseconds. */
export interface HeightSetting {
  /** The validators of the block, ascending. */
  readonly validators: readonly Address[];
  readonly parentProposer: Address;
  /** The time before which nobody proposes: the parent's timestamp and the block period. */
  readonly notBefore: number;
  /** How long round 0 lasts. Round r lasts 2^r times as long. */
  readonly requestTimeout: number;
  /** The time that a message takes at this moment. Undefined: it does not arrive, or is not understood. */
  readonly delay: (from: Address, to: Address) => number | undefined;
}

/** The first commit of a block. */
export interface Decision {
  readonly time: number;
  /** The validator that was the first to have a quorum of commits. */
  readonly by: Address;
  readonly round: number;
  readonly proposer: Address;
  /** When the proposer made the block. */
  readonly proposedAt: number;
}

/**
 * The QBFT messages about one block height, from the parent's import to the first commit. Deterministic: the same calls give
 * the same decision.
 *
 * Source: QbftBlockHeightManager.java, QbftRound.java, RoundState.java and RoundChangeManager.java in
 * https://github.com/hyperledger/besu (3fd224e, consensus/qbft-core/src/main/java/org/hyperledger/besu/consensus/qbft/core/statemachine),
 * without `--Xqbft-enable-early-round-change`: a validator that is behind in rounds joins a later round when it has a
 * quorum of round changes to it, or a proposal of it, and nothing else shortens its own round timer. Contents of blocks, and so
 * prepared certificates, are not simulated.
 */
export class Height {
  readonly #setting: HeightSetting;
  readonly #quorum: number;
  readonly #machines = new Map<Address, Machine>();
  readonly #queue = new EventQueue<Event>();
  readonly #proposedAt = new Map<number, number>();
  #decision: Decision | undefined;

  constructor(setting: HeightSetting) {
    this.#setting = setting;
    this.#quorum = quorumOf(setting.validators.length);
  }

  /** A validator has imported the parent, or has started with it. Its block timer expires at once if it is late. */
  join(validator: Address, time: number): void {
    if (!this.#setting.validators.includes(validator) || this.#machines.has(validator)) {
      return;
    }
    const machine = new Machine(validator, time);
    this.#machines.set(validator, machine);
    this.#queue.add(Math.max(time, this.#setting.notBefore), { kind: "blockTimer", machine });
  }

  /** A validator stops, or is at another height. What it has sent still arrives. */
  leave(validator: Address): void {
    this.#machines.delete(validator);
  }

  /** The round in which a validator is; -1 while it waits for the block period, and undefined if it takes no part. */
  roundOf(validator: Address): number | undefined {
    return this.#machines.get(validator)?.round;
  }

  /**
   * Lets time pass up to and including the given time, or up to a decision if one comes earlier. Validators that the first
   * commit does not reach may come to the same decision later.
   */
  run(until: number): Decision | undefined {
    while (this.#decision === undefined && this.#queue.time <= until) {
      const next = this.#queue.next();
      if (next !== undefined && this.#machines.get(next.event.machine.validator) === next.event.machine) {
        this.#handle(next.event, next.time);
      }
    }
    const decision = this.#decision;
    this.#decision = undefined;
    return decision;
  }

  #handle(event: Event, time: number): void {
    const { machine } = event;
    if (event.kind === "blockTimer") {
      if (machine.round === NO_ROUND) {
        this.#startRound(machine, 0, time);
        if (this.#proposer(0) === machine.validator) {
          this.#propose(machine, 0, time);
        }
      }
    } else if (event.kind === "roundTimer") {
      if (machine.round === event.round) {
        this.#startRound(machine, event.round + 1, time);
        this.#receiveRoundChange(machine, machine.validator, event.round + 1, time);
        this.#send(machine, { kind: "roundChange", round: event.round + 1 }, time);
      }
    } else if (time < machine.joined) {
      // A message about a height to come is kept until the height is reached (FutureMessageBuffer.java).
      this.#queue.add(machine.joined, event);
    } else {
      this.#receive(event, time);
    }
  }

  #receive({ machine, from, message: { kind, round } }: Arrival, time: number): void {
    if (kind === "roundChange") {
      this.#receiveRoundChange(machine, from, round, time);
    } else if (round >= machine.round) {
      if (kind === "proposal") {
        if (round > machine.round) {
          this.#startRound(machine, round, time);
        }
        this.#accept(machine, round, time);
      } else {
        machine.add(kind, round, from);
        this.#progress(machine, time);
      }
    }
  }

  #startRound(machine: Machine, round: number, time: number): void {
    machine.startRound(round);
    this.#queue.add(time + this.#setting.requestTimeout * 2 ** round, { kind: "roundTimer", machine, round });
  }

  #propose(machine: Machine, round: number, time: number): void {
    this.#proposedAt.set(round, time);
    this.#send(machine, { kind: "proposal", round }, time);
    this.#accept(machine, round, time);
  }

  #accept(machine: Machine, round: number, time: number): void {
    if (!machine.hasProposal) {
      machine.hasProposal = true;
      machine.add("prepare", round, machine.validator);
      this.#send(machine, { kind: "prepare", round }, time);
      this.#progress(machine, time);
    }
  }

  #progress(machine: Machine, time: number): void {
    const { round, validator } = machine;
    if (!machine.hasProposal) {
      return;
    }
    if (!machine.hasCommitted && machine.count("prepare", round) >= this.#quorum) {
      machine.hasCommitted = true;
      machine.add("commit", round, validator);
      this.#send(machine, { kind: "commit", round }, time);
    }
    if (machine.count("commit", round) >= this.#quorum && this.#decision === undefined) {
      this.#decision = {
        time,
        by: validator,
        round,
        proposer: this.#proposer(round),
        proposedAt: this.#proposedAt.get(round) ?? time,
      };
    }
  }

  #receiveRoundChange(machine: Machine, from: Address, round: number, time: number): void {
    if (round < machine.round || !machine.addRoundChange(round, from, this.#quorum)) {
      return;
    }
    if (round > machine.round) {
      this.#startRound(machine, round, time);
    }
    if (this.#proposer(round) === machine.validator) {
      this.#propose(machine, round, time);
    }
  }

  /** Only a node that is there when the message is sent has a connection on which it arrives. */
  #send(machine: Machine, message: Message, time: number): void {
    for (const other of this.#machines.values()) {
      const delay = other === machine ? undefined : this.#setting.delay(machine.validator, other.validator);
      if (delay !== undefined) {
        this.#queue.add(time + delay, { kind: "arrival", machine: other, from: machine.validator, message });
      }
    }
  }

  #proposer(round: number): Address {
    return proposerOf(this.#setting.validators, this.#setting.parentProposer, round);
  }
}

const NO_ROUND = -1;

interface Message {
  readonly kind: "proposal" | "prepare" | "commit" | "roundChange";
  readonly round: number;
}

interface Arrival {
  readonly kind: "arrival";
  readonly machine: Machine;
  readonly from: Address;
  readonly message: Message;
}

type Event =
  | { readonly kind: "blockTimer"; readonly machine: Machine }
  | { readonly kind: "roundTimer"; readonly machine: Machine; readonly round: number }
  | Arrival;

/** What one validator knows about the height. */
class Machine {
  round = NO_ROUND;
  hasProposal = false;
  hasCommitted = false;
  readonly #received = new Map<string, Set<Address>>();
  readonly #roundChanges = new Map<number, { readonly senders: Set<Address>; isActioned: boolean }>();

  constructor(
    readonly validator: Address,
    readonly joined: number,
  ) {}

  startRound(round: number): void {
    this.round = round;
    this.hasProposal = false;
    this.hasCommitted = false;
    for (const earlier of this.#roundChanges.keys()) {
      if (earlier < round) {
        this.#roundChanges.delete(earlier);
      }
    }
  }

  add(kind: "prepare" | "commit", round: number, from: Address): void {
    const key = `${kind} ${round}`;
    const senders = this.#received.get(key) ?? new Set();
    this.#received.set(key, senders.add(from));
  }

  count(kind: "prepare" | "commit", round: number): number {
    return this.#received.get(`${kind} ${round}`)?.size ?? 0;
  }

  /** @returns whether this round change is the one that makes the quorum. */
  addRoundChange(round: number, from: Address, quorum: number): boolean {
    const known = this.#roundChanges.get(round) ?? { senders: new Set<Address>(), isActioned: false };
    this.#roundChanges.set(round, known);
    known.senders.add(from);
    if (known.isActioned || known.senders.size < quorum) {
      return false;
    }
    known.isActioned = true;
    return true;
  }
}
