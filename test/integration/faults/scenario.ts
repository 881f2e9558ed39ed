import fc from "fast-check";
import { PROGRAM } from "../../support/victims";

/** A region of the tested networks. */
export type RegionName = "eastus" | "westeurope" | "us-west-2" | "onprem";

/** The processes that are killed, with the beginning of their command lines. */
export const VICTIMS = {
  engine: /^pulumi (up|destroy|refresh|import) /,
  program: PROGRAM,
  state: /local\/state\/main\.ts/,
  command: /bin\/chainfleet (up|down|retry)/,
} as const;
export type Victim = keyof typeof VICTIMS;

/** A kill of one process with SIGKILL. */
export interface Kill {
  readonly victim: Victim;
  /** The number of events in the record of the run after which the process is killed … */
  readonly events: number;
  /** … this many milliseconds later. */
  readonly milliseconds: number;
}

/** One run of the test: a small network on one kind of state, with everything that goes wrong during its life. */
export interface Scenario {
  readonly backend: "service" | "files";
  /** The number of validators by region. */
  readonly validators: Readonly<Partial<Record<RegionName, number>>>;
  /** Whether westeurope is in a subscription, and us-west-2 in an account of its own. */
  readonly ownAccounts: boolean;
  /** Faults of single requests, which stay until the network is complete. */
  readonly passing: readonly object[];
  /** Faults that stay until somebody mends them, each in one region. */
  readonly lasting: readonly LastingFault[];
  /** The kills of the first `up`, and of the command that completes the network. */
  readonly killsOfUps: readonly [first: Kill | undefined, second: Kill | undefined];
  readonly killOfDown: Kill | undefined;
  /** The command that completes the network. */
  readonly completion: "up" | "retry";
  /** The seed of the draws of the faults. */
  readonly seed: number;
}

/** A fault that every creation of a type in a region meets. */
export interface LastingFault {
  readonly region: RegionName;
  readonly type: string;
  readonly action: "fails" | "hangs";
}

const NETWORKS: readonly Scenario["validators"][] = [
  { eastus: 2, westeurope: 2 },
  { eastus: 2, "us-west-2": 2 },
  { eastus: 2, "us-west-2": 1, onprem: 1 },
  { eastus: 1, westeurope: 2, "us-west-2": 1 },
];

/** The types whose creation fails or hangs: the first and the last of a region, the slowest, and one on which little depends. */
const TYPES: Readonly<Partial<Record<RegionName, readonly string[]>>> = {
  eastus: [
    "azure-native:resources:ResourceGroup",
    "azure-native:network:PublicIPAddress",
    "azure-native:containerservice:ManagedCluster",
    "azure-native:authorization:RoleAssignment",
  ],
  "us-west-2": [
    "aws:ec2/vpc:Vpc",
    "aws:ec2/eip:Eip",
    "aws:eks/cluster:Cluster",
    "aws:eks/nodeGroup:NodeGroup",
    "aws:ec2/natGateway:NatGateway",
  ],
};
const typesOf = (region: RegionName) => TYPES[region === "westeurope" ? "eastus" : region] ?? [];

const ERRORS = { match: {}, action: "error", probability: 0.1 };
const LOST_ANSWERS = { match: { operation: "create" }, action: "created-but-504", probability: 0.1 };
const THROTTLED = { match: {}, action: "throttle", probability: 0.1 };

const kill = (victims: readonly Victim[], mostEvents: number): fc.Arbitrary<Kill | undefined> =>
  fc.option(
    fc.record({
      victim: fc.constantFrom(...victims),
      events: fc.integer({ min: 0, max: mostEvents }),
      milliseconds: fc.integer({ min: 0, max: 1500 }),
    }),
    { nil: undefined, freq: 3 },
  );

/** A `down` runs no program. A victim that is listed twice is drawn twice as often. */
function victims(backend: Scenario["backend"], command: "up" | "down"): Victim[] {
  return [
    "engine",
    "engine",
    "command",
    ...(command === "up" ? (["program", "program"] as const) : []),
    ...(backend === "service" ? (["state", "state"] as const) : []),
  ];
}

const lastingFault = (regions: readonly RegionName[]): fc.Arbitrary<LastingFault> =>
  fc.constantFrom(...regions).chain((region) =>
    fc.record({
      region: fc.constant(region),
      type: fc.constantFrom(...typesOf(region)),
      action: fc.constantFrom("fails" as const, "hangs" as const),
    }),
  );

const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    backend: fc.constantFrom("service" as const, "files" as const),
    validators: fc.constantFrom(...NETWORKS),
  })
  .chain(({ backend, validators }) =>
    fc.record({
      backend: fc.constant(backend),
      validators: fc.constant(validators),
      ownAccounts: fc.boolean(),
      passing: fc.constantFrom(
        [ERRORS],
        [ERRORS, LOST_ANSWERS],
        [ERRORS, LOST_ANSWERS, THROTTLED],
        [LOST_ANSWERS],
        [],
      ),
      lasting: fc.uniqueArray(
        lastingFault(regionsOf({ validators }).filter((region) => typesOf(region).length > 0)),
        { maxLength: 2, selector: ({ region }) => region },
      ),
      killsOfUps: fc.tuple(kill(victims(backend, "up"), 280), kill(victims(backend, "up"), 150)),
      killOfDown: kill(victims(backend, "down"), 200),
      completion: fc.constantFrom("up" as const, "retry" as const),
      seed: fc.integer({ min: 1, max: 1_000_000 }),
    }),
  );

/** The scenario of a seed. */
export function scenarioOf(seed: number): Scenario {
  return fc.sample(fc.noBias(scenario), { seed, numRuns: 1 })[0] as Scenario;
}

export function regionsOf({ validators }: Pick<Scenario, "validators">): RegionName[] {
  return Object.keys(validators) as RegionName[];
}

/** The faults as the simulated clouds take them. */
export function faultScript({ lasting, passing }: Pick<Scenario, "lasting" | "passing">): object[] {
  return [
    ...lasting.map(({ region, type, action }) => ({
      match: { type, name: `*${region}*`, operation: "create" },
      ...(action === "hangs" ? { action: "hang" } : { action: "error", code: "QuotaExceeded" }),
    })),
    ...passing,
  ];
}

/** A line for people. */
export function describeScenario({ validators, ...scenario }: Scenario): string {
  const names = { error: "errors", "created-but-504": "lost answers", throttle: "refusals" } as Record<
    string,
    string
  >;
  const passing = scenario.passing.map((fault) => names[(fault as { action: string }).action] ?? "");
  return [
    `state in ${scenario.backend === "files" ? "files" : "the state service"}`,
    Object.entries(validators)
      .map(([region, count]) => `${region} ${count}`)
      .join(", ") + (scenario.ownAccounts ? " in several accounts" : ""),
    passing.length === 0 ? "no faults of single requests" : `one request in ten: ${passing.join(", ")}`,
    ...scenario.lasting.map(({ region, type, action }) => `${type.split(":").at(-1)} of ${region} ${action}`),
    ...scenario.killsOfUps.map((one, index) => describeKill(one, index === 0 ? "up" : scenario.completion)),
    describeKill(scenario.killOfDown, "down"),
  ]
    .filter((part) => part !== "")
    .join("; ");
}

function describeKill(one: Kill | undefined, command: string): string {
  return one === undefined
    ? ""
    : `kill of the ${one.victim} in ${command} after ${one.events} events and ${one.milliseconds} ms`;
}
