import { setTimeout } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AccountContent, RollingTarget } from "../support/rolling/rolling-target";
import { repetitions } from "../support/soak";
import { DYNAMIC_PROVIDERS, PROGRAM, withEachVictim } from "../support/victims";
import { configFor, KEPT_VERSIONS, SIXTEEN_GROUPS, UNIQUE_IMAGES } from "./rolling/sixteen-groups";

/**
 * Kills the Pulumi program, the engine, the process of the dynamic providers or the chainfleet command with SIGKILL, at
 * seeded moments of a release to 16 groups. After each kill the next run has to succeed, and AWS has to have exactly what it
 * has after an undisturbed release. Set CHAINFLEET_TEST_SEED to repeat a run.
 */
const SEED = Number(process.env["CHAINFLEET_TEST_SEED"] ?? Date.now() % 1_000_000);
const KILLS = repetitions(2, 30);

/** Command lines of the processes that are killed. */
const VICTIMS = {
  program: PROGRAM,
  engine: /^pulumi up /,
  providers: DYNAMIC_PROVIDERS,
  command: /bin\/chainfleet up/,
} as const;
type Victim = keyof typeof VICTIMS;

const kills = fc.sample(
  fc.noBias(
    fc.record({
      victim: fc.constantFrom<Victim>("program", "engine", "engine", "providers", "command"),
      /** Fraction of an undisturbed run's duration. */
      moment: fc.integer({ min: 5, max: 95 }).map((percent) => percent / 100),
    }),
  ),
  { seed: SEED, numRuns: KILLS },
);

const target = new RollingTarget(SIXTEEN_GROUPS, 0.005, 13);
beforeAll(() => target.start());
afterAll(() => target.checkout.close());

describe(`releases that were killed, seed ${SEED}`, () => {
  let undisturbed: AccountContent;
  let seconds = 0;

  it("an undisturbed release", async () => {
    // Later releases delete what the first ones made, so that all of them leave the same.
    for (let number = 0; number <= KEPT_VERSIONS + 1; number += 1) {
      const { seconds: took } = await withEachVictim(Object.values(VICTIMS), () => release(`first${number}`));
      seconds = took;
    }
    undisturbed = await target.content(`first${KEPT_VERSIONS + 1}`);
    expect(undisturbed).toMatchObject({ temporaryInstances: [], orphanedSnapshots: [], outdatedGroups: [] });
    expect(undisturbed.images).toHaveLength(UNIQUE_IMAGES);
  });

  for (const [index, { victim, moment }] of kills.entries()) {
    it(`kill ${index + 1}: the ${victim} at ${Math.round(moment * 100)} %`, async () => {
      const revision = `killed${index}`;
      target.configure(configFor(revision));
      const output = await runWithKill(VICTIMS[victim], moment * seconds);
      await release(revision);
      expect(await target.content(revision)).toEqual(undisturbed);
      // If the command itself survives, it terminates the instances of its failed run, and the next run launches others.
      const [, terminated = ""] = /of the failed run: (.*)/.exec(output) ?? [];
      const ended = [...terminated.matchAll(/i-[0-9a-f]{17}/g)].length;
      expect(await target.launchedFor(revision), output).toHaveLength(UNIQUE_IMAGES + ended);
    });
  }
});

async function release(revision: string): Promise<{ readonly seconds: number }> {
  target.configure(configFor(revision));
  const { code, output, summary } = await target.up();
  expect(code, output).toBe(0);
  return summary;
}

/** Starts a release and kills a process in it. The release may succeed or fail. Returns what it printed. */
async function runWithKill(victim: RegExp, afterSeconds: number): Promise<string> {
  const run = target.startUp();
  let ended = false;
  const end = run.finished.finally(() => {
    ended = true;
  });
  await setTimeout(afterSeconds * 1000);
  for (let killed = false; !ended && !killed; await setTimeout(20)) {
    for (const { pid } of target.checkout.processes().filter(({ command }) => victim.test(command))) {
      process.kill(pid, "SIGKILL");
      killed = true;
    }
  }
  return (await end).output;
}
