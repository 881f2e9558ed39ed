import { afterAll, describe, expect, it, onTestFailed } from "vitest";
import { Checkout } from "../support/checkout";
import { repetitions } from "../support/soak";
import { FaultyNetwork, type Outcome } from "./faults/faulty-network";
import { describeScenario, faultScript, regionsOf, scenarioOf } from "./faults/scenario";

/**
 * Small networks whose clouds fail and whose processes are killed: requests fail at random, the creation of a resource
 * fails or hangs until somebody mends the cause, and the engine, the program, the command or the state service is killed with
 * SIGKILL at a random event. Every run has a seed, from which all of this is drawn. After `chainfleet up` or
 * `chainfleet retry` everything has to be there once, and after `chainfleet down` nothing.
 *
 * To repeat one run, set CHAINFLEET_TEST_SEED to its seed and CHAINFLEET_TEST_RUNS to 1.
 */
const SEED = Number(process.env["CHAINFLEET_TEST_SEED"] ?? Date.now() % 1_000_000);
const RUNS = repetitions(2, 100);

const checkout = new Checkout(0.002, 7);
afterAll(async () => {
  await checkout.close();
});

describe(`networks with faults and kills, seeds from ${SEED}`, () => {
  for (let index = 0; index < RUNS; index += 1) {
    const seed = SEED + index;
    const scenario = scenarioOf(seed);
    it(`seed ${seed}: ${describeScenario(scenario)}`, async () => {
      onTestFailed(({ task }) => {
        const [error] = task.result?.errors ?? [];
        say(`seed ${seed} FAILED: ${error?.message}\nTo repeat it alone:\n  ${replay(seed)}`);
        // The next run must not inherit the resources of a failed one.
        return checkout.reset();
      });
      const started = performance.now();
      const network = new FaultyNetwork(checkout, scenario);
      await network.prepare();

      await checkout.setFaults(faultScript(scenario), scenario.seed);
      const [inUp, inCompletion] = scenario.killsOfUps;
      const first = await network.run("up", inUp);
      if (inUp === undefined) {
        expectOnlyLastingFailures(first);
      }
      // Somebody has mended what failed for good. Single requests still fail.
      await checkout.setFaults([...scenario.passing], scenario.seed + 1);
      if (inCompletion !== undefined) {
        await network.run(scenario.completion, inCompletion);
      }
      await succeed(network, scenario.completion);
      await checkout.setFaults([]);
      const { summary } = await succeed(network, "up");
      expect(summary?.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
      expect(await network.stateProblems()).toEqual([]);
      expect(await network.cloudIds()).toEqual(await network.stateIds());
      expect(await network.readyPods()).toEqual(network.expectedPods());

      await checkout.setFaults([...scenario.passing], scenario.seed + 2);
      const down = await network.run("down", scenario.killOfDown);
      if (scenario.killOfDown === undefined) {
        expect(down.code, down.output).toBe(0);
      }
      await checkout.setFaults([]);
      await succeed(network, "down");
      expect(await network.leftovers()).toEqual([]);
      say(
        `seed ${seed} (${index + 1} of ${RUNS}): ok in ${Math.round((performance.now() - started) / 1000)} s`,
      );

      /** What fails for a passing reason is repeated within the run, and a region that fails leaves the others finished. */
      function expectOnlyLastingFailures({ code, output, summary: ofUp }: Outcome): void {
        const failing = scenario.lasting.map(({ region }) => region as string);
        expect(code, output).toBe(failing.length === 0 ? 0 : 1);
        const expected = regionsOf(scenario).map((name) => [
          name,
          failing.includes(name) ? "failed" : "succeeded",
        ]);
        expect(
          ofUp?.regions.map(({ name, result }) => [name, result]),
          output,
        ).toEqual(expected);
      }
    });
  }
});

/** Runs a command that has to succeed. */
async function succeed(network: FaultyNetwork, command: "up" | "retry" | "down"): Promise<Outcome> {
  const outcome = await network.run(command);
  expect(outcome.code, `chainfleet ${command}:\n${outcome.output}`).toBe(0);
  return outcome;
}

function replay(seed: number): string {
  return `CHAINFLEET_TEST_SEED=${seed} CHAINFLEET_TEST_RUNS=1 local/run --tools-only npx vitest run --project integration test/integration/faults-and-kills.test.ts`;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
