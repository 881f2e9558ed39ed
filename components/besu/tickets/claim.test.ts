import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { decideClaim, type OtherTickets, type Tickets } from "./claim";
import { type TicketBoard, UpdateTickets } from "./update-tickets";

// A run that keeps its claim looks again after a pause. Here the scheduler decides when it reads.
vi.mock("node:timers/promises", () => ({ setTimeout: async () => undefined }));

const other = (changed: Partial<OtherTickets> = {}): OtherTickets => ({
  region: "b",
  goesFirst: false,
  admitted: [],
  ...changed,
});

describe("a claim", () => {
  it("is granted if the updates and the claims of all runs leave a place", () => {
    expect(decideClaim({ own: 0, others: [], atOnce: 1 })).toBe("begin");
    expect(decideClaim({ own: 1, others: [other({ admitted: ["x"] })], atOnce: 3 })).toBe("begin");
    expect(decideClaim({ own: 0, others: [other({ admitted: ["x"] })], atOnce: 1 })).toBe("withdraw");
    expect(decideClaim({ own: 0, others: [], atOnce: 0 })).toBe("withdraw");
  });

  it("is kept of two that exclude each other if its region is the first, and withdrawn otherwise", () => {
    expect(decideClaim({ own: 0, others: [other({ claimed: "x" })], atOnce: 1 })).toBe("look again");
    expect(decideClaim({ own: 0, others: [other({ claimed: "x", goesFirst: true })], atOnce: 1 })).toBe(
      "withdraw",
    );
  });
});

/** The tickets of several runs, which are written and read with delays of any length. */
class Boards {
  readonly #tickets: Tickets[];
  readonly #scheduler: fc.Scheduler;

  constructor(runs: number, scheduler: fc.Scheduler) {
    this.#tickets = Array.from({ length: runs }, () => ({ admitted: [] }));
    this.#scheduler = scheduler;
  }

  of(run: number): TicketBoard {
    return {
      write: async (tickets) => {
        await this.#scheduler.schedule(Promise.resolve());
        this.#tickets[run] = tickets;
        await this.#scheduler.schedule(Promise.resolve());
      },
      readOthers: async () => {
        const indexes = this.#tickets.flatMap((_, index) => (index === run ? [] : [index]));
        const tickets = await Promise.all(
          indexes.map(async (index) => {
            await this.#scheduler.schedule(Promise.resolve());
            return { ...(this.#tickets[index] as Tickets), region: `${index}`, goesFirst: index < run };
          }),
        );
        return { tickets, unreadable: [] };
      },
    };
  }
}

/** Whoever only looks whether there is a place, and does not say that it wants one. */
async function claimUnannounced(
  board: TicketBoard,
  { admitted, atOnce }: { readonly admitted: readonly string[]; readonly atOnce: number },
): Promise<boolean> {
  const { tickets } = await board.readOthers();
  const isFree = tickets.reduce((sum, one) => sum + one.admitted.length, 0) < atOnce;
  if (isFree) {
    await board.write({ admitted });
  }
  return isFree;
}

interface Race {
  readonly updates: readonly number[];
  readonly atOnce: number;
  readonly scheduler: fc.Scheduler;
}

const races: fc.Arbitrary<Race> = fc.record({
  updates: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 5 }),
  atOnce: fc.integer({ min: 1, max: 3 }),
  scheduler: fc.scheduler(),
});

/** Lets several runs update their validators one after another. @returns the most updates that were under way at once. */
async function race({ updates, atOnce, scheduler }: Race, isAnnounced: boolean) {
  const boards = new Boards(updates.length, scheduler);
  const outcome = { most: 0, ended: 0 };
  let underWay = 0;
  const runs = updates.map(async (count, run) => {
    const board = boards.of(run);
    const tickets = new UpdateTickets(board);
    for (let index = 0; index < count; index += 1) {
      const name = `${run}-validator-${index}`;
      const basis = { atOnce, counted: new Set<string>(), isDown: () => false };
      while (
        !(await (isAnnounced
          ? tickets.claim(name, basis)
          : claimUnannounced(board, { admitted: [name], atOnce })))
      ) {
        await scheduler.schedule(Promise.resolve());
      }
      underWay += 1;
      outcome.most = Math.max(outcome.most, underWay);
      await scheduler.schedule(Promise.resolve());
      underWay -= 1;
      await (isAnnounced ? tickets.release(name) : board.write({ admitted: [] }));
      outcome.ended += 1;
    }
  });
  await scheduler.waitFor(Promise.all(runs));
  return outcome;
}

describe("runs of several regions at the same time", () => {
  it("never have more under update together than the chain allows, in any order of their requests, and all go on", async () => {
    await fc.assert(
      fc.asyncProperty(races, async (one) => {
        const { most, ended } = await race(one, true);
        expect(most).toBeLessThanOrEqual(one.atOnce);
        expect(ended).toBe(one.updates.reduce((sum, count) => sum + count, 0));
      }),
      { seed: 14, numRuns: 100 },
    );
  });

  it("have too many if they do not say what they are about to do", async () => {
    const found = await fc.check(
      fc.asyncProperty(races, async (one) => (await race(one, false)).most <= one.atOnce),
      { seed: 14, numRuns: 100, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });

  it("do not rely on what the chain said before another run's update ended, which may have left a validator down", async () => {
    const board: TicketBoard = {
      write: async () => undefined,
      readOthers: async () => ({ tickets: [], unreadable: [] }),
    };
    const tickets = new UpdateTickets(board);
    const basis = { atOnce: 1, counted: new Set(["b-validator-0"]), isDown: () => false };
    expect(await tickets.claim("a-validator-0", basis)).toBe(false);
    expect(await tickets.claim("a-validator-0", { ...basis, counted: new Set() })).toBe(true);
  });

  it("wait for a region whose tickets cannot be read, unless all of its validators count as down", async () => {
    const board: TicketBoard = {
      write: async () => undefined,
      readOthers: async () => ({ tickets: [], unreadable: ["b"] }),
    };
    const basis = { atOnce: 1, counted: new Set<string>(), isDown: () => false };
    expect(await new UpdateTickets(board).claim("a-validator-0", basis)).toBe(false);
    expect(await new UpdateTickets(board).claim("a-validator-0", { ...basis, isDown: () => true })).toBe(
      true,
    );
  });
});
