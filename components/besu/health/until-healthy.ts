import { ChainfleetError } from "../../error";
import {
  type Condition,
  type ExpectedNetwork,
  isFinal,
  judge,
  type UnmetCondition,
  unmetLines,
} from "./judgement";
import type { ObservedRegion } from "./network-status";

/** The network that should become healthy, and how long that may take. */
export interface HealthCheck {
  /** @example "chain138" */
  readonly network: string;
  readonly expected: ExpectedNetwork;
  readonly blockPeriodSeconds: number;
  readonly timeoutSeconds: number;
}

/** How a check sees and tells. */
export interface HealthWatch {
  readonly observe: () => Promise<readonly ObservedRegion[]>;
  /** Receives a line when the check begins to wait for something else, and when the network is healthy. */
  readonly say: (line: string) => void;
  /** Ends the check. */
  readonly signal: AbortSignal;
  /** Resolves after the milliseconds, or earlier with the signal. */
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/**
 * Observes the network until it is healthy. What waiting will not mend ends the check at once.
 *
 * @throws ChainfleetError NETWORK_UNHEALTHY, and HEALTH_CHECK_CANCELLED if the signal ends the check.
 */
export async function untilHealthy(check: HealthCheck, watch: HealthWatch): Promise<void> {
  const { network, expected, blockPeriodSeconds, timeoutSeconds } = check;
  const { observe, say, signal, pause, now } = watch;
  const started = now();
  const seconds = () => Math.round((now() - started) / 1000);
  const comparedAfter = LONGEST_WAIT_PERIODS * blockPeriodSeconds * 1000;
  let before: { readonly at: number; readonly regions: readonly ObservedRegion[] } | undefined;
  let told: string | undefined;
  for (let wait = FIRST_WAIT_SECONDS; ; ) {
    const observed = await unlessAborted(observe(), signal, () => cancelled(network));
    const { status, unmet } = judge(observed, expected, before?.regions);
    if (before !== undefined && unmet.length === 0) {
      say(`${network} is healthy: block ${status.chain.head}, ${status.chain.signing} validators sign`);
      return;
    }
    // A network of which nothing is unmet is looked at once more, to see its heads move.
    if (unmet.some(isFinal) || (unmet.length > 0 && seconds() >= timeoutSeconds)) {
      throw unhealthy(network, unmet, seconds());
    }
    const hadTime = before !== undefined && now() - before.at >= comparedAfter;
    const worthTelling = unmet.filter(({ condition }) => hadTime || condition !== "moving");
    const line = waitingLine(network, worthTelling);
    if (worthTelling.length > 0 && line !== told) {
      say(line);
      told = line;
    }
    if (before === undefined || hadTime) {
      before = { at: now(), regions: observed };
    }
    const left = Math.max(0, timeoutSeconds - seconds());
    await pause((unmet.length > 0 ? Math.min(wait, left) : wait) * 1000);
    wait = Math.min(wait * 2, comparedAfter / 1000);
  }
}

/** A healthy chain need not wait for long. Within one and a half periods every healthy head moves. */
const FIRST_WAIT_SECONDS = 0.5;
const LONGEST_WAIT_PERIODS = 1.5;

/** @example "chain138 is not healthy yet: too few peers (eastus validator-1); not signing (12 nodes)" */
function waitingLine(network: string, unmet: readonly UnmetCondition[]): string {
  const conditions = [...new Set(unmet.map(({ condition }) => condition))].map((condition) => {
    const nodes = unmet
      .filter((other) => other.condition === condition)
      .map(({ region, node }) => nameOf(region, node));
    return `${LABELS[condition]} (${nodes.length > MOST_NAMED ? `${nodes.length} nodes` : nodes.join(", ")})`;
  });
  return `${network} is not healthy yet: ${conditions.join("; ")}`;
}

const MOST_NAMED = 3;

function nameOf(region: string, node: string | undefined): string {
  return node === undefined ? region : `${region} ${node}`;
}

const LABELS: Readonly<Record<Condition, string>> = {
  answering: "no answer",
  running: "not running",
  ready: "pod not ready",
  genesis: "another genesis block",
  line: "another line of blocks",
  synced: "behind",
  peers: "too few peers",
  moving: "head does not move",
  signing: "not signing",
};

function unhealthy(network: string, unmet: readonly UnmetCondition[], seconds: number): ChainfleetError {
  const conditions = new Set(unmet.map(({ condition }) => condition));
  const end = unmet.some(isFinal)
    ? "is not healthy, and waiting would not make it so"
    : `was not healthy after ${seconds} seconds`;
  return new ChainfleetError({
    code: "NETWORK_UNHEALTHY",
    summary: `The network ${network} ${end}; nothing that waits for its health was changed.\n${unmetLines(
      unmet,
    )
      .map((line) => `  ${line}`)
      .join("\n")}`,
    next: [
      ...(Object.keys(REMEDIES) as Condition[])
        .filter((condition) => conditions.has(condition))
        .map((condition) => REMEDIES[condition]),
      "Look at all validators with chainfleet services status all. The steps are in docs/runbook.md, under The health gate. Then run again: the run goes on with what waits once the network is healthy.",
    ]
      .filter((line, index, lines) => lines.indexOf(line) === index)
      .join("\n"),
  });
}

const ON_ANOTHER_CHAIN =
  "Another genesis block or line of blocks: the node's volume has the data of another chain. Give the node an empty volume, one node after another.";
const LOOK_AT_POD =
  "Nodes that do not answer, are not ready or do not come closer to the head: read the log of the pod.";

/** What a person can do about each condition, in the order in which it should be done. */
const REMEDIES: Readonly<Record<Condition, string>> = {
  running: "Stopped validators: start them with chainfleet services start.",
  genesis: ON_ANOTHER_CHAIN,
  line: ON_ANOTHER_CHAIN,
  answering: LOOK_AT_POD,
  ready: LOOK_AT_POD,
  synced: LOOK_AT_POD,
  peers:
    "Too few peers: compare firewalls and addresses with static-nodes.json. If a region's peers are limited on purpose, say so in healthGate.missingPeers.",
  moving: "Heads that stand still: fewer validators than the quorum sign, or they do not reach each other.",
  signing: "Validators that do not sign: a validator that was just started signs when its turn comes.",
};

function cancelled(network: string): ChainfleetError {
  return new ChainfleetError({
    code: "HEALTH_CHECK_CANCELLED",
    summary: `The check of the health of ${network} was cancelled; nothing that waits for it was changed.`,
    next: "Run again: the check begins anew.",
  });
}

async function unlessAborted<Value>(
  work: Promise<Value>,
  signal: AbortSignal,
  error: () => ChainfleetError,
): Promise<Value> {
  if (signal.aborted) {
    throw error();
  }
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(error());
    signal.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort as () => void);
  }
}
