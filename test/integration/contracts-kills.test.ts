import { setTimeout } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repetitions } from "../support/soak";
import { ContractsStack } from "./contracts/contracts-stack";

/** Kills deployments with SIGKILL at seeded moments. Set CHAINFLEET_TEST_SEED to repeat a run. */
const SEED = Number(process.env["CHAINFLEET_TEST_SEED"] ?? Date.now() % 1_000_000);
const ROUNDS = repetitions(2, 10);
const KILLS_PER_ROUND = 5;

const tenthsOfASecond = fc.noBias(fc.integer({ min: 10, max: 50 }));
const rounds = fc.sample(fc.tuple(...Array.from({ length: KILLS_PER_ROUND }, () => tenthsOfASecond)), {
  seed: SEED,
  numRuns: ROUNDS,
});

describe(`contract deployments that were killed, seed ${SEED}`, () => {
  const stack = new ContractsStack();

  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  for (const [index, moments] of rounds.entries()) {
    it(`deploys every contract once in round ${index + 1}: killed after ${moments} tenths of a second`, async () => {
      const { project, sender, client } = stack;
      project.configure({ chain138: stack.chain() }, `killed ${index}`);
      const before = await stack.minedTransactions();
      for (const tenths of moments) {
        const run = project.start(["up", "--yes", "--skip-preview"]);
        await setTimeout(tenths * 100);
        project.killAll();
        run.child.kill("SIGKILL");
        await project.run(["cancel", "--yes"]);
      }
      const up = await project.up();
      expect(up.code, up.output).toBe(0);
      await stack.expectCodeOfAllContracts();
      // Four contracts and three calls. A transaction that was sent a second time is reverted and does not count.
      expect((await stack.minedTransactions()).succeeded - before.succeeded).toBe(7);
      expect(await client.getTransactionCount({ address: sender, blockTag: "pending" })).toBe(
        await client.getTransactionCount({ address: sender }),
      );
    });
  }
});
