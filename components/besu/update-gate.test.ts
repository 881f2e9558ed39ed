import fc from "fast-check";
import { pad, toHex } from "viem";
import { describe, expect, it, vi } from "vitest";
import type { Down } from "./chain-view/chain-view";
import { crashTolerance, FEWEST_VALIDATORS, quorum } from "./quorum";
import { type GateArgs, UpdateGate } from "./update-gate";
import { ONE_AT_A_TIME, restartAllowance } from "./votes/allowance";

// The gate asks the chain again after a pause, in which these tests let everything else happen.
vi.mock("node:timers/promises", () => ({
  setTimeout: () => new Promise((resolve) => setImmediate(resolve)),
}));

describe("quorum", () => {
  it("remains when as many validators as tolerated are down, and is lost with one more", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), (validators) => {
        expect(validators - crashTolerance(validators)).toBe(quorum(validators));
        expect(3 * quorum(validators)).toBeGreaterThanOrEqual(2 * validators);
        expect(3 * (quorum(validators) - 1)).toBeLessThan(2 * validators);
      }),
    );
    expect([4, 10, 48].map((validators) => [quorum(validators), crashTolerance(validators)])).toEqual([
      [3, 1],
      [7, 3],
      [32, 16],
    ]);
  });
});

const gateOf = (width: number, regions: readonly string[] = []) =>
  new UpdateGate({ allowance: async () => ({ ...ONE_AT_A_TIME, atOnce: width }), regions });

/** A chain whose validators are down and come back, and what its nodes say of it. */
class Fleet {
  readonly names: readonly string[];
  /** The validators that are down, under update or not. */
  readonly down = new Set<string>();
  /** Validators that are up and have not had their turn to propose again, with the block in which they have it. */
  readonly #silentUntil = new Map<string, number>();
  #height = 1_000;

  constructor(readonly size: number) {
    this.names = Array.from({ length: size }, (_, index) => `validator-${index}`);
  }

  get hasQuorum(): boolean {
    return this.size - this.down.size >= quorum(this.size);
  }

  comeBack(name: string): void {
    this.down.delete(name);
    this.#silentUntil.set(name, this.#height + this.size);
  }

  readonly allowance: GateArgs["allowance"] = async (updating) => {
    this.#height += this.hasQuorum ? 1 : 0;
    const silent = this.names.filter((name) => (this.#silentUntil.get(name) ?? 0) > this.#height);
    const down = [...this.down, ...silent].map((name): [string, Down] => [
      name,
      { reason: "is down", evidence: "silent" },
    ]);
    const validators = this.names.map((_, index) => pad(toHex(index), { size: 20 }));
    const view = { height: this.#height, validators, down: new Map(down), withoutVote: new Set<string>() };
    return restartAllowance(view, updating, 4);
  };
}

/** An update of a whole fleet. */
interface Rollout {
  readonly size: number;
  /** Validators that are down before the update. */
  readonly down: readonly number[];
  /** The validator that does not come back. */
  readonly failing: number | null;
  readonly scheduler: fc.Scheduler;
}

const rollouts = (sizes: fc.Arbitrary<number>): fc.Arbitrary<Rollout> =>
  sizes.chain((size) =>
    fc.record({
      size: fc.constant(size),
      down: fc.uniqueArray(fc.nat(size - 1), { maxLength: crashTolerance(size) }),
      failing: fc.option(fc.nat(size - 1)),
      scheduler: fc.scheduler(),
    }),
  );

/**
 * Updates all validators of a fleet at once, as the engine does, and restarts each as soon as it may.
 *
 * @returns the number of restarts, and whether the chain had its quorum all the time.
 */
async function rollOut(
  { size, down, failing, scheduler }: Rollout,
  gateOfFleet: (fleet: Fleet) => Pick<UpdateGate, "enter" | "leave" | "lose">,
) {
  const fleet = new Fleet(size);
  for (const index of down) {
    fleet.down.add(fleet.names[index] ?? "");
  }
  const gate = gateOfFleet(fleet);
  const outcome = { restarts: 0, keptQuorum: true, enteredAfterLoss: 0 };
  let lost = false;
  const updates = fleet.names.map(async (name, index) => {
    await gate.enter(name, 3600);
    outcome.restarts += 1;
    outcome.enteredAfterLoss += lost ? 1 : 0;
    fleet.down.add(name);
    outcome.keptQuorum &&= fleet.hasQuorum;
    await scheduler.schedule(Promise.resolve());
    if (index === failing) {
      lost = true;
      gate.lose(name);
    } else {
      fleet.comeBack(name);
      gate.leave(name);
    }
  });
  await scheduler.waitFor(Promise.allSettled(updates));
  return { ...outcome, wereAllUpdated: outcome.restarts === size };
}

describe("an update of all validators, some of which are down, come back late, or never", () => {
  const sizes = fc.oneof(fc.constantFrom(10, 48), fc.integer({ min: FEWEST_VALIDATORS, max: 60 }));

  it("never takes the chain its quorum, and reaches every validator if each comes back", async () => {
    let restarts = 0;
    await fc.assert(
      fc.asyncProperty(rollouts(sizes), async (rollout) => {
        const outcome = await rollOut(rollout, ({ allowance }) => new UpdateGate({ allowance, regions: [] }));
        restarts += outcome.restarts;
        expect(outcome.keptQuorum).toBe(true);
        expect(outcome.enteredAfterLoss).toBe(0);
        expect(outcome.wereAllUpdated || rollout.failing !== null).toBe(true);
      }),
      { seed: 14, numRuns: 100 },
    );
    expect(restarts).toBeGreaterThan(1_000);
  });

  it("takes it without the gate", async () => {
    const open = { enter: async () => undefined, leave: async () => {}, lose: () => {} };
    await expect(
      fc.assert(
        fc.asyncProperty(rollouts(sizes), async (rollout) => {
          expect((await rollOut(rollout, () => open)).keptQuorum).toBe(true);
        }),
        { seed: 14, numRuns: 100 },
      ),
    ).rejects.toThrow();
  });
});

describe("the gate of a chain that has no validator to spare", () => {
  const silent: Down = { reason: "has proposed none of the last 8 blocks", evidence: "silent" };
  const unreachable: Down = { reason: "does not answer: timeout", evidence: "unanswered" };
  const ended: Down = { reason: "does not run: CrashLoopBackOff", evidence: "ended" };
  const validators = [1, 2, 3, 4].map((index) => pad(toHex(index), { size: 20 }));

  const gateWith = (down: Readonly<Record<string, Down>>, height: () => number, requestTimeoutSeconds = 4) =>
    new UpdateGate({
      allowance: async (updating) => {
        const view = {
          height: height(),
          validators,
          down: new Map(Object.entries(down)),
          withoutVote: new Set(["new"]),
        };
        return restartAllowance(view, updating, requestTimeoutSeconds);
      },
      regions: [],
    });
  const moving = () => {
    let height = 100;
    return () => ++height;
  };

  it("admits a validator without a vote, which may be the one that is to replace the lost one", async () => {
    const gate = gateWith({ d: unreachable }, () => 100);
    const voter = gate.enter("a", 60);
    await gate.enter("new", 60);
    gate.refuse("new");
    await expect(voter).rejects.toMatchObject({ code: "VALIDATOR_UPDATE_REFUSED" });
  });

  it("admits no silent validator beyond the quorum while the chain makes blocks: some of them sign and had no turn yet", async () => {
    let height = 100;
    const gate = gateWith({ b: silent, c: silent, d: silent }, () => ++height);
    await expect(gate.enter("d", 60)).rejects.toMatchObject({ code: "VALIDATOR_UPDATE_REFUSED" });
  });

  it("admits the validator that does not sign, whose update may repair it, and refuses the others", async () => {
    const gate = gateWith({ d: silent }, moving());
    const others = ["a", "b"].map((name) => gate.enter(name, 60));
    await gate.enter("d", 60);
    gate.lose("d");
    for (const other of others) {
      await expect(other).rejects.toThrow("d did not become ready");
    }
  });

  it("refuses, after a turn of all, a restart beside a validator that only does not answer", async () => {
    const gate = gateWith({ d: unreachable }, moving());
    const refused = gate.enter("d", 60);
    await expect(gate.enter("a", 60)).rejects.toThrow("3 of the chain's 4 validators sign, and 3 must");
    await expect(refused).rejects.toThrow("VALIDATOR_UPDATE_REFUSED");
  });

  it("admits validators that are down before those that are up, whoever came first, and says why", async () => {
    const gate = gateWith({ c: ended, d: ended }, moving());
    const healthy = gate.enter("a", 60);
    const [first, second] = await Promise.all([gate.enter("c", 60), gate.enter("d", 60)]);
    expect([first, second]).toEqual(Array(2).fill("does not run: CrashLoopBackOff"));
    gate.lose("c");
    await expect(healthy).rejects.toThrow("c did not become ready");
  });

  it("admits all validators that are down, also if not a single node answers", async () => {
    const reasons = new Map(["a", "b", "c"].map((name) => [name, "does not run: ImagePullBackOff"]));
    const gate = new UpdateGate({
      allowance: async () => ({ ...ONE_AT_A_TIME, ended: reasons }),
      regions: [],
    });
    await Promise.all(["a", "b", "c"].map((name) => gate.enter(name, 60)));
    const unknown = gate.enter("d", 60);
    for (const name of ["a", "b"]) {
      gate.leave(name);
    }
    gate.lose("c");
    await expect(unknown).rejects.toThrow("c did not become ready");
  });

  it("admits a validator that is down after it has refused others that are up", async () => {
    const gate = gateWith({ c: ended, d: ended }, () => 100, 0);
    await expect(gate.enter("a", 60)).rejects.toThrow("2 of the chain's 4 validators sign, and 3 must");
    expect(gate.isIncomplete).toBe(true);
    expect(await gate.enter("c", 60)).toBe("does not run: CrashLoopBackOff");
  });

  it("admits one that only does not answer while another is under update, once the chain stands still", async () => {
    const gate = gateWith({ c: ended, d: unreachable }, () => 100, 0.05);
    await gate.enter("c", 60);
    expect(await gate.enter("d", 60)).toBe("does not answer: timeout");
  });

  it("admits validators that do not answer once the chain stands still, for it has nothing to lose", async () => {
    const gate = gateWith({ c: unreachable, d: unreachable }, () => 100, 0);
    const healthy = gate.enter("a", 60);
    await Promise.all([gate.enter("c", 60), gate.enter("d", 60)]);
    gate.lose("c");
    await expect(healthy).rejects.toThrow("c did not become ready");
  });
});

describe("the update gate", () => {
  it("asks before each admission how many may be down, and holds updates back while that is none", async () => {
    let width = 2;
    const gate = new UpdateGate({
      allowance: async () => ({ ...ONE_AT_A_TIME, atOnce: width }),
      regions: [],
    });
    await Promise.all([gate.enter("a", 60), gate.enter("b", 60)]);
    width = 1;
    const admitted: string[] = [];
    const c = gate.enter("c", 60).then(() => admitted.push("c"));
    gate.leave("a");
    await new Promise(setImmediate);
    expect(admitted).toEqual([]);
    gate.leave("b");
    await c;
    expect(admitted).toEqual(["c"]);
  });

  it("refuses every update with the reason where not a single validator may be down", async () => {
    const { refusal } = ONE_AT_A_TIME;
    const gate = gateOf(0);
    await expect(gate.enter("a", 60)).rejects.toBe(refusal);
    await expect(gate.enter("b", 60)).rejects.toBe(refusal);
  });

  it("updates the regions one after another, in the order of the config", async () => {
    const gate = gateOf(1, ["eu", "eu-west", "us"]);
    const admitted: string[] = [];
    const update = async (name: string) => {
      await gate.enter(name, 60);
      admitted.push(name);
      await new Promise((resolve) => setTimeout(resolve, 5));
      gate.leave(name);
    };
    const first = update("us-validator-0");
    await new Promise(setImmediate);
    await Promise.all([
      first,
      ...["eu-west-validator-1", "eu-validator-0", "us-validator-1", "eu-aks", "eu-west-eks"].map(update),
    ]);
    expect(admitted).toEqual([
      "us-validator-0",
      "us-validator-1",
      "eu-validator-0",
      "eu-aks",
      "eu-west-validator-1",
      "eu-west-eks",
    ]);
  });

  it("counts a validator as lost when its update is never reported as finished, so that the run ends", async () => {
    vi.useFakeTimers();
    try {
      const gate = gateOf(1);
      await gate.enter("eastus/validator-0", 900);
      const next = gate.enter("westus2/validator-1", 900);
      vi.advanceTimersByTime(900_000);
      await expect(next).rejects.toMatchObject({
        code: "VALIDATOR_UPDATE_REFUSED",
        summary: expect.stringContaining("eastus/validator-0 did not become ready"),
      });
    } finally {
      vi.useRealTimers();
    }
  });

  it("names the lost validator when it refuses another validator", async () => {
    const gate = gateOf(1);
    await gate.enter("eastus/validator-0", 900);
    const next = gate.enter("westus2/validator-1", 900);
    gate.lose("eastus/validator-0");
    await expect(next).rejects.toThrow(
      "VALIDATOR_UPDATE_REFUSED: westus2/validator-1 was not updated, because eastus/validator-0 did not become ready after its update.\nRepair eastus/validator-0, then run again.",
    );
  });
});
