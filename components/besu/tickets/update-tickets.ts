import { setTimeout as pause } from "node:timers/promises";
import { type ClaimDecision, decideClaim, type OtherTickets, type Tickets } from "./claim";

/** Where the tickets of a region are kept for everybody, and those of the others are read. */
export interface TicketBoard {
  /** Makes the tickets of this run known. */
  readonly write: (tickets: Tickets) => Promise<void>;
  /** The tickets in all other regions. */
  readonly readOthers: () => Promise<ReadTickets>;
}

/** The tickets that could be read. */
export interface ReadTickets {
  readonly tickets: readonly OtherTickets[];
  /** The regions whose clusters do not answer. Their runs may have tickets. */
  readonly unreadable: readonly string[];
}

/** What the chain's nodes have said, on which a claim relies. */
export interface ClaimBasis {
  /** The number of updates that may be under way at the same time, in all runs together. */
  readonly atOnce: number;
  /** The updates of other runs that the number takes into account: what is back or lost since may be down. */
  readonly counted: ReadonlySet<string>;
  /** Whether the number takes all validators of a region for ones that are down, whatever its run does. */
  readonly isDown: (region: string) => boolean;
}

/**
 * The tickets of one run of a region's stack: which validators it updates, told to the runs of the other regions' stacks, which go on
 * at the same time on this machine or another. Together they never have more validators under update than the chain allows.
 */
export class UpdateTickets {
  readonly #board: TicketBoard;
  readonly #admitted = new Set<string>();
  /** The last write. Each waits for the one before, so that the newest tickets are written last. */
  #written: Promise<void> = Promise.resolve();

  constructor(board: TicketBoard) {
    this.#board = board;
  }

  /** The names of what other runs have under update. */
  async elsewhere(): Promise<ReadonlySet<string>> {
    const { tickets } = await this.#board.readOthers();
    return new Set(tickets.flatMap(({ admitted }) => admitted));
  }

  /**
   * Claims a place for an update.
   *
   * @returns whether the update may begin. Nothing is left of the claim if not.
   */
  async claim(name: string, basis: ClaimBasis): Promise<boolean> {
    // Whoever has no place does not say that it wants one, which would keep those back that have one.
    if ((await this.#decide(basis)) === "withdraw") {
      return false;
    }
    await this.#write(name);
    for (;;) {
      const decision = await this.#decide(basis);
      if (decision === "begin") {
        this.#admitted.add(name);
        await this.#write();
        return true;
      }
      if (decision === "withdraw") {
        await this.#write();
        return false;
      }
      await pause(LOOK_MILLISECONDS);
    }
  }

  async #decide({ atOnce, counted, isDown }: ClaimBasis): Promise<ClaimDecision> {
    const { tickets: others, unreadable } = await this.#board.readOthers();
    const known = new Set(others.flatMap(({ admitted }) => admitted));
    const isOutdated =
      [...counted].some((other) => !known.has(other)) || unreadable.some((region) => !isDown(region));
    return isOutdated ? "withdraw" : decideClaim({ own: this.#admitted.size, others, atOnce });
  }

  /** Gives the place of an update back that has ended well. */
  async release(name: string): Promise<void> {
    if (this.#admitted.delete(name)) {
      await this.#write();
    }
  }

  #write(claimed?: string): Promise<void> {
    const write = () => this.#board.write({ claimed, admitted: [...this.#admitted] });
    this.#written = this.#written.then(write, write);
    return this.#written;
  }
}

const LOOK_MILLISECONDS = 200;
