import fc from "fast-check";
import { pad, toHex } from "viem";
import { describe, expect, it, vi } from "vitest";
import type { Down } from "../chain-view/chain-view";
import { quorum } from "../quorum";
import { UpdateGate } from "../update-gate";
import { restartAllowance } from "../votes/allowance";
import { restartsAtOnce } from "../votes/votes";
import type { Tickets } from "./claim";
import { type TicketBoard, UpdateTickets } from "./update-tickets";

// A gate asks again after a pause, in which these tests let everything else happen.
vi.mock("node:timers/promises", () => ({
  setTimeout: () => new Promise((resolve) => setImmediate(resolve)),
}));

/** Regions whose validators are updated by runs of their own, at the same time. */
interface Runs {
  /** The number of validators of each region. */
  readonly regions: readonly number[];
  readonly scheduler: fc.Scheduler;
}

const runs: fc.Arbitrary<Runs> = fc.record({
  regions: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 5 }),
  scheduler: fc.scheduler(),
});

const yielding = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Updates every validator of every region, each region with a gate of its own. @returns the most that were down at once. */
async function updateAll({ regions, scheduler }: Runs, haveTickets: boolean) {
  const names = regions.map((count, region) =>
    Array.from({ length: count }, (_, index) => `r${region}-validator-${index}`),
  );
  const all = names.flat();
  const down = new Set<string>();
  const boards: Tickets[] = regions.map(() => ({ admitted: [] }));
  const outcome = { most: 0, updated: 0, size: all.length };
  const delayed = async () => {
    await scheduler.schedule(Promise.resolve());
    await yielding();
  };
  let height = 1_000;

  const boardOf = (region: number): TicketBoard => ({
    write: async (tickets) => {
      await delayed();
      boards[region] = tickets;
    },
    readOthers: async () => {
      await delayed();
      const tickets = boards.flatMap((one, index) =>
        index === region ? [] : [{ ...one, region: `r${index}`, goesFirst: index < region }],
      );
      return { tickets, unreadable: [] };
    },
  });

  const allowance = async (updating: ReadonlySet<string>) => {
    await delayed();
    height += 1;
    const silent = new Map(
      [...down].map((name): [string, Down] => [name, { reason: "is down", evidence: "unanswered" }]),
    );
    const validators = all.map((_, index) => pad(toHex(index), { size: 20 }));
    return restartAllowance({ height, validators, down: silent, withoutVote: new Set() }, updating, 4);
  };

  const updates = names.map(async (own, region) => {
    const tickets = new UpdateTickets(boardOf(region));
    let counted: ReadonlySet<string> = new Set();
    const gate = new UpdateGate(
      haveTickets
        ? {
            allowance: async (updating) => {
              counted = await tickets.elsewhere();
              return allowance(new Set([...updating, ...counted]));
            },
            regions: [],
            otherRuns: {
              claim: (name, { atOnce }) => tickets.claim(name, { atOnce, counted, isDown: () => false }),
              release: (name) => tickets.release(name),
            },
          }
        : { allowance, regions: [] },
    );
    await Promise.all(
      own.map(async (name) => {
        await gate.enter(name, 3600);
        // The pod ends some time after the update was admitted.
        await delayed();
        down.add(name);
        outcome.most = Math.max(outcome.most, down.size);
        await delayed();
        down.delete(name);
        outcome.updated += 1;
        await gate.leave(name);
      }),
    );
  });
  await scheduler.waitFor(Promise.all(updates));
  return outcome;
}

describe("updates of validators by the runs of several regions' stacks at the same time", () => {
  const big = runs.filter(({ regions }) => regions.reduce((sum, count) => sum + count, 0) >= 4);

  it("never take down more than one run over the whole network would, and reach every validator", async () => {
    await fc.assert(
      fc.asyncProperty(big, async (one) => {
        const { most, updated, size } = await updateAll(one, true);
        expect(most).toBeLessThanOrEqual(restartsAtOnce({ total: size, present: size }));
        expect(size - most).toBeGreaterThanOrEqual(quorum(size));
        expect(updated).toBe(size);
      }),
      { seed: 14, numRuns: 60 },
    );
  });

  it("take the chain its quorum if the runs do not tell each other", async () => {
    const found = await fc.check(
      fc.asyncProperty(big, async (one) => {
        const { most, size } = await updateAll(one, false);
        return size - most >= quorum(size);
      }),
      { seed: 14, numRuns: 60, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });
});
