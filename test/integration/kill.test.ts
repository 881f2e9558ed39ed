import fc from "fast-check";
import { afterAll, describe, expect, it, onTestFailed } from "vitest";
import type { Summary } from "../../scripts/run/summary";
import { Checkout, type Finished, type KubernetesObject } from "../support/checkout";

/**
 * kill -9 at seeded moments: of the Pulumi program, the engine, the chainfleet command and the simulated cloud, in
 * an `up` and in a `down`. Whatever was killed, the next run finishes, the result is that of an undisturbed run,
 * and nothing is left behind. CHAINFLEET_TEST_SEED repeats a run.
 */
const SEED = Number(process.env["CHAINFLEET_TEST_SEED"] ?? Date.now() % 1_000_000);
const CYCLES = 10;

const VICTIMS = {
  program: /program\.js .*cmd\/run/,
  engine: /^pulumi (up|destroy) /,
  command: /bin\/chainfleet (up|down)/,
  cloud: /local\/cloud\/main\.ts/,
} as const;
type Victim = keyof typeof VICTIMS;

/** When and whom to kill: `moment` is a fraction of an undisturbed run's time. */
const kill = fc.noBias(
  fc.record({
    victim: fc.constantFrom<Victim>("program", "engine", "engine", "cloud", "cloud", "command"),
    moment: fc.integer({ min: 10, max: 95 }).map((percent) => percent / 100),
  }),
);
const kills = fc.sample(kill, { seed: SEED, numRuns: 2 * CYCLES });

const checkout = new Checkout(0.002, 7);
// Contracts have kills of their own: contracts.test.ts.
checkout.configure(
  { path: ["chainfleet:stack"], value: "network" },
  { path: ["chainfleet:contracts"], value: undefined },
  {
    path: ["chainfleet:regions"],
    value: [
      { cloud: "azure", name: "eastus", validators: 2 },
      { cloud: "aws", name: "us-west-2", validators: 1 },
      {
        cloud: "kubernetes",
        name: "onprem",
        validators: 1,
        kubeconfig: ".chainfleet/local/kubernetes-control-plane/kubeconfig",
        p2pAddresses: ["198.51.100.10"],
      },
    ],
  },
);

afterAll(async () => {
  await checkout.close();
});

describe(`kill -9, seed ${SEED}`, () => {
  let undisturbed: Deployed;
  const seconds = { up: 0, down: 0 };

  it("an undisturbed up and down", async () => {
    // Not measured: the first start of the services.
    checkout.environment();
    seconds.up = (await succeeds("up")).seconds;
    undisturbed = await deployed();
    expect(undisturbed.state.length).toBeGreaterThan(100);
    seconds.down = (await succeeds("down")).seconds;
    await expectNothing();
  });

  for (let cycle = 0; cycle < CYCLES; cycle += 1) {
    const [inUp, inDown] = kills.slice(2 * cycle, 2 * cycle + 2) as [(typeof kills)[0], (typeof kills)[0]];
    it(`${cycle + 1}: ${describeKill(inUp)} of an up, then ${describeKill(inDown)} of a down`, async () => {
      // A cycle that fails leaves nothing to the next one.
      onTestFailed(() => checkout.reset());
      await disturbed("up", inUp, seconds.up);
      await succeeds("up");
      expect(await deployed()).toEqual(undisturbed);

      await disturbed("down", inDown, seconds.down);
      await succeeds("down");
      await expectNothing();
    });
  }
});

function describeKill({ victim, moment }: (typeof kills)[0]): string {
  return `the ${victim} at ${Math.round(moment * 100)} %`;
}

async function succeeds(name: "up" | "down"): Promise<Summary> {
  const finished = await checkout.operate(name);
  expect(finished.code, `chainfleet ${name}:\n${finished.stderr}\n${finished.stdout}`).toBe(0);
  return finished.summary;
}

/** Runs a command and kills something in it; how it ends is not judged. */
async function disturbed(
  name: "up" | "down",
  { victim, moment }: (typeof kills)[0],
  seconds: number,
): Promise<void> {
  // `destroy` runs no program: there the engine stands in for it.
  const pattern = VICTIMS[name === "down" && victim === "program" ? "engine" : victim];
  const run = checkout.chainfleet(name, "--stack", "dev", "--json");
  let over = false;
  const end: Promise<Finished> = run.finished.finally(() => {
    over = true;
  });
  await new Promise((resolve) => setTimeout(resolve, moment * seconds * 1000));
  let killed = false;
  while (!over && !killed) {
    for (const { pid, command } of checkout.processes()) {
      if (pattern.test(command)) {
        process.kill(pid, "SIGKILL");
        killed = true;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await end;
}

/** What an `up` made, without what differs from run to run. */
interface Deployed {
  readonly state: readonly string[];
  readonly cloud: readonly string[];
  readonly objects: readonly string[];
  readonly pending: number;
}

async function deployed(): Promise<Deployed> {
  const state = await checkout.state();
  return {
    state: (state.resources ?? []).map(({ urn }) => urn).sort(),
    // AWS makes ids up; there the tag tells one from another.
    cloud: (await checkout.cloud())
      .map(({ type, name, state: condition, tags }) => `${type} ${tags?.["Name"] ?? name} ${condition}`)
      .map((line) => line.replace(/\b[a-z]+-[0-9a-f]{17}\b|(?<=\/id\/)[0-9A-F]{32}/g, "<id>"))
      .sort(),
    objects: await objects(),
    pending: state.pending_operations?.length ?? 0,
  };
}

const KINDS = [
  "api/v1/configmaps",
  "api/v1/persistentvolumeclaims",
  "api/v1/pods",
  "api/v1/secrets",
  "api/v1/serviceaccounts",
  "api/v1/services",
  "apis/apps/v1/statefulsets",
  "apis/networking.k8s.io/v1/networkpolicies",
  "apis/policy/v1/poddisruptionbudgets",
];

async function objects(): Promise<string[]> {
  const lists = await Promise.all(
    KINDS.map(async (path) => (await checkout.objects(path)).map((object) => describeObject(path, object))),
  );
  return lists
    .flat()
    .filter((line) => line.includes(" chain138-"))
    .sort();
}

function describeObject(path: string, { metadata, status }: KubernetesObject): string {
  const ready = status?.conditions?.find(({ type }: { type: string }) => type === "Ready")?.status ?? "";
  return `${path} ${metadata.namespace}/${metadata.name} ${ready}`;
}

async function expectNothing(): Promise<void> {
  expect(await checkout.cloud()).toEqual([]);
  expect(await objects()).toEqual([]);
  expect((await checkout.objects("api/v1/persistentvolumes")).map(({ metadata }) => metadata.name)).toEqual(
    [],
  );
  const state = await checkout.state();
  expect((state.resources ?? []).filter(({ custom }) => custom).map(({ urn }) => urn)).toEqual([]);
}
