import { setTimeout } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, describe, expect, it, onTestFailed } from "vitest";
import type { Summary } from "../../scripts/run/summary";
import { Checkout, type KubernetesObject } from "../support/checkout";
import { repetitions } from "../support/soak";
import { PROGRAM, withEachVictim } from "../support/victims";

/**
 * Kills the Pulumi program, the engine, the chainfleet command, the simulated cloud or the state service with SIGKILL, at
 * seeded moments of an `up` and of a `down`; in every second cycle of two `up`s in a row. After each kill the next run has to succeed,
 * its result has to equal the result of an undisturbed run, and nothing may be left behind. Set CHAINFLEET_TEST_SEED to repeat a run.
 */
const SEED = Number(process.env["CHAINFLEET_TEST_SEED"] ?? Date.now() % 1_000_000);
const CYCLES = repetitions(2, 10);

/** Command lines of the processes that are killed. */
const VICTIMS = {
  program: PROGRAM,
  engine: /^pulumi (up|destroy) /,
  command: /bin\/chainfleet (up|down)/,
  cloud: /local\/cloud\/main\.ts/,
  state: /local\/state\/main\.ts/,
} as const;
type Victim = keyof typeof VICTIMS;

/** A kill of one process. */
interface Kill {
  readonly victim: Victim;
  /** Fraction of an undisturbed run's duration. */
  readonly moment: number;
}

const kill: fc.Arbitrary<Kill> = fc.noBias(
  fc.record({
    victim: fc.constantFrom<Victim>(
      "program",
      "engine",
      "engine",
      "cloud",
      "cloud",
      "command",
      "state",
      "state",
    ),
    moment: fc.integer({ min: 10, max: 95 }).map((percent) => percent / 100),
  }),
);
const kills = fc.sample(kill, { seed: SEED, numRuns: 2 * CYCLES });

const checkout = new Checkout(0.002, 7);
// contracts-kills.test.ts kills runs of the contracts.
checkout.configure(
  { path: ["chainfleet:stack"], value: "network" },
  // Not the subscription that the simulated cloud takes for the default one of the Azure CLI.
  { path: ["azure-native:subscriptionId"], value: "6d2b1e8f-3a50-4c77-9e51-0f8c2a7d4b16" },
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

describe(`runs that were killed, seed ${SEED}`, () => {
  let undisturbed: Deployment;
  const seconds = { up: 0, down: 0 };

  it("succeeds undisturbed in up and down", async () => {
    // Starts the services, so that their first start is not part of the measured duration.
    checkout.environment();
    seconds.up = (await withEachVictim(Object.values(VICTIMS), () => runSuccessfully("up"))).seconds;
    undisturbed = await readDeployment();
    expect(undisturbed.state.length).toBeGreaterThan(100);
    seconds.down = (await runSuccessfully("down")).seconds;
    await expectNothingLeft();
  });

  for (let cycle = 0; cycle < CYCLES; cycle += 1) {
    const [inUp, inDown] = kills.slice(2 * cycle, 2 * cycle + 2) as [Kill, Kill];
    it(`recovers in cycle ${cycle + 1}: kills ${describeKill(inUp)} of an up, ${describeKill(inDown)} of a down`, async () => {
      // The next cycle must not inherit the resources of a failed one.
      onTestFailed(() => checkout.reset());
      await runWithKill("up", inUp, seconds.up);
      if (cycle % 2 === 1) {
        // The next run finds a state that was left by two killed runs.
        await runWithKill("up", inDown, seconds.up);
      }
      await runSuccessfully("up");
      expect(await readDeployment()).toEqual(undisturbed);
      await expectNothingToDo();

      await runWithKill("down", inDown, seconds.down);
      await runSuccessfully("down");
      await expectNothingLeft();
    });
  }
});

function describeKill({ victim, moment }: Kill): string {
  return `the ${victim} at ${Math.round(moment * 100)} %`;
}

async function runSuccessfully(command: "up" | "down"): Promise<Summary> {
  const { code, output, summary } = await checkout[command]();
  expect(code, `chainfleet ${command}:\n${output}`).toBe(0);
  return summary;
}

/** Runs a command and kills a process in it. The command may succeed or fail. */
async function runWithKill(command: "up" | "down", { victim, moment }: Kill, seconds: number): Promise<void> {
  // `destroy` runs no program, therefore the engine is killed instead.
  const pattern = VICTIMS[command === "down" && victim === "program" ? "engine" : victim];
  const run = checkout.chainfleet(command, "--stack", "dev", "--json");
  let ended = false;
  const end = run.finished.finally(() => {
    ended = true;
  });
  await setTimeout(moment * seconds * 1000);
  let killed = false;
  while (!ended && !killed) {
    for (const { pid } of checkout.processes().filter(({ command }) => pattern.test(command))) {
      process.kill(pid, "SIGKILL");
      killed = true;
    }
    await setTimeout(20);
  }
  if ((victim === "cloud" || victim === "state") && !ended) {
    // The service comes back. Without the cloud, pods would wait for nodes and disks until the plugin gives up after ten
    // minutes, which is as long as this test may take. Without the state service, the engine gives up after 15 seconds.
    checkout.environment();
  }
  await end;
}

/** The result of an `up`, without the ids that differ from run to run. */
interface Deployment {
  /** URNs of the resources in the state. */
  readonly state: readonly string[];
  readonly cloud: readonly string[];
  readonly objects: readonly string[];
  readonly pendingOperations: number;
}

async function readDeployment(): Promise<Deployment> {
  const state = await checkout.state();
  return {
    state: (state.resources ?? []).map(({ urn }) => urn).sort(),
    // AWS chooses random ids; its resources are identified by their `Name` tag. The names of disks and of Azure's role
    // assignments follow from ids of their run.
    cloud: (await checkout.cloudResources())
      .map(({ type, name, state, tags }) => `${type} ${tags?.["Name"] ?? name} ${state}`)
      .map((line) => line.replace(GENERATED_ID, "<id>"))
      .sort(),
    objects: await regionObjects(),
    pendingOperations: state.pending_operations?.length ?? 0,
  };
}

const GENERATED_ID =
  /\b[a-z]+-[0-9a-f]{17}\b|(?<=\/id\/)[0-9A-F]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** API paths of the Kubernetes objects that are compared. */
const OBJECT_PATHS = [
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

/** The Kubernetes objects in the namespaces of the regions, a line each. */
async function regionObjects(): Promise<string[]> {
  const lists = await Promise.all(
    OBJECT_PATHS.map(async (path) =>
      (await checkout.objects(path)).map((object) => describeObject(path, object)),
    ),
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

/** Neither a refresh nor a further `up` finds a difference between the program, the state and the clouds. */
async function expectNothingToDo(): Promise<void> {
  const { code, output } = await checkout.pulumi("refresh", "--preview-only").finished;
  expect(code, output).toBe(0);
  expect(output).toMatch(/Resources:\s+\d+ unchanged/);
  const { changes } = await runSuccessfully("up");
  expect(changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
}

async function expectNothingLeft(): Promise<void> {
  expect(await checkout.cloudResources()).toEqual([]);
  expect(await regionObjects()).toEqual([]);
  expect((await checkout.objects("api/v1/persistentvolumes")).map(({ metadata }) => metadata.name)).toEqual(
    [],
  );
  const state = await checkout.state();
  expect((state.resources ?? []).filter(({ custom }) => custom).map(({ urn }) => urn)).toEqual([]);
}
