import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repetitions } from "../support/soak";
import { StorageTarget } from "../support/storage/storage-target";
import { DYNAMIC_PROVIDERS, PROGRAM, withEachVictim } from "../support/victims";

/**
 * Kills the Pulumi program, the engine, the process that runs the tests, the chainfleet command, or all of them at once, with
 * SIGKILL, at seeded moments of a quick matrix over nine pools. After each kill the run is resumed, and every test has to be in
 * the results exactly once, and nothing of the run in the cluster. Set CHAINFLEET_TEST_SEED to repeat a run.
 */
const SEED = Number(process.env["CHAINFLEET_TEST_SEED"] ?? Date.now() % 1_000_000);
const KILLS = repetitions(2, 20);

/** Command lines of the processes that are killed. */
const VICTIMS = {
  program: PROGRAM,
  engine: /^pulumi up /,
  providers: DYNAMIC_PROVIDERS,
  command: /bin\/chainfleet storage/,
  all: new RegExp(`${PROGRAM.source}|^pulumi up |${DYNAMIC_PROVIDERS.source}|bin/chainfleet storage`),
} as const;
type Victim = keyof typeof VICTIMS;

const kills = fc.sample(
  fc.noBias(
    fc.record({
      victim: fc.constantFrom<Victim>("program", "engine", "providers", "command", "all", "all"),
      /** Fraction of an undisturbed run's duration. */
      moment: fc.integer({ min: 10, max: 95 }).map((percent) => percent / 100),
    }),
  ),
  { seed: SEED, numRuns: KILLS },
);

const target = new StorageTarget(0.02, 7);
beforeAll(() => target.start());
afterAll(() => target.checkout.close());

describe(`storage runs that were killed, seed ${SEED}`, () => {
  let seconds = 0;
  let expected: string[] = [];

  it("an undisturbed run", async () => {
    const { code, output, outcome } = await withEachVictim(Object.values(VICTIMS), () =>
      target.run("run", "--quick"),
    );
    expect(code, output).toBe(0);
    seconds = outcome.seconds;
    expected = target.checkpoint(outcome.run).sort();
    expect(expected).toHaveLength(36);
  });

  for (const [index, { victim, moment }] of kills.entries()) {
    it(`kill ${index + 1}: the ${victim} at ${Math.round(moment * 100)} %`, async () => {
      const known = new Set(target.runs());
      const output = await runWithKill(VICTIMS[victim], moment * seconds);
      const run = target.runs().find((id) => !known.has(id));
      if (run === undefined) {
        // The kill came before the run began, so that there is nothing to resume.
        expect(await target.run("run", "--quick"), output).toMatchObject({ code: 0 });
        return;
      }
      const before = target.checkpoint(run);
      const resumed = await target.run("resume", run);
      expect(resumed.code, `${output}\n${resumed.output}`).toBe(0);
      expect(target.checkpoint(run).slice(0, before.length)).toEqual(before);
      expect(target.checkpoint(run).sort()).toEqual(expected);
      expect(resumed.outcome.pools.every(({ passed, tests }) => passed === tests)).toBe(true);
      expect(target.results(run)).toEqual(expected);
      expect(await target.leftovers(run)).toEqual({ machines: 0, secrets: 0, claims: 0 });
    });
  }
});

/** Starts a run and kills processes in it. The run may succeed or fail. Returns what it printed. */
async function runWithKill(victims: RegExp, afterSeconds: number): Promise<string> {
  const run = target.storage("run", "--quick");
  let hasEnded = false;
  const end = run.finished.finally(() => {
    hasEnded = true;
  });
  await delay(afterSeconds * 1000);
  for (let isKilled = false; !hasEnded && !isKilled; await delay(20)) {
    for (const { pid } of target.checkout.processes().filter(({ command }) => victims.test(command))) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // The process has ended with the one that was killed before.
      }
      isKilled = true;
    }
  }
  return (await end).output;
}
