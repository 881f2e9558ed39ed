import { setTimeout as delay } from "node:timers/promises";
import pRetry from "p-retry";
import pThrottle from "p-throttle";
import { expanded } from "../../environment";
import { ChainfleetError } from "../../error";
import { blockscout } from "./blockscout";
import { etherscan } from "./etherscan";
import {
  Busy,
  type Claim,
  type Explorer,
  type ExplorerSettings,
  type Submission,
  Unreachable,
  type Verdict,
} from "./explorer";
import { sourcify } from "./sourcify";
import { Turns } from "./turns";

/** How a verification at one explorer ended. */
export interface Result {
  readonly explorer: ExplorerSettings["kind"];
  readonly verified: boolean;
  /** Why not. */
  readonly why?: string;
}

/**
 * Verifies a contract at an explorer. All verifications of a process share the explorer's rate. What is verified
 * already counts as done.
 */
export async function verifyAt(settings: ExplorerSettings, claim: Claim): Promise<Result> {
  const verdict = await settled(settings, claim).catch((error: unknown) => {
    if (error instanceof Busy || error instanceof ChainfleetError) {
      return { is: "refused", why: error.message } as const;
    }
    throw error;
  });
  return verdict.is === "verified"
    ? { explorer: settings.kind, verified: true }
    : { explorer: settings.kind, verified: false, why: verdict.why };
}

async function settled(
  settings: ExplorerSettings,
  claim: Claim,
): Promise<Exclude<Verdict, { is: "pending" }>> {
  const { explorer, turns } = connectionTo(settings);
  const submission = await patiently(() => explorer.submit(claim));
  if (submission.is !== "taken") {
    return submission;
  }
  const waiting = turns.join();
  const deadline = Date.now() + PATIENCE_SECONDS * 1000;
  try {
    while (Date.now() < deadline) {
      await waiting.turn();
      const verdict = await patiently(() => explorer.ask(submission.ticket, claim));
      if (verdict.is !== "pending") {
        return verdict;
      }
    }
  } finally {
    waiting.leave();
  }
  return { is: "refused", why: `still pending after ${PATIENCE_SECONDS} s; run again to ask on` };
}

/** Explorers take some 5 to 30 s. */
const PATIENCE_SECONDS = 180;

/** Asks again, later each time, as long as the explorer only asks for patience. */
function patiently<Answer extends Submission | Verdict>(question: () => Promise<Answer>): Promise<Answer> {
  return pRetry(question, {
    retries: 8,
    minTimeout: 500,
    maxTimeout: 15_000,
    randomize: true,
    shouldRetry: ({ error, attemptNumber }) =>
      error instanceof Unreachable ? attemptNumber < UNREACHABLE_ATTEMPTS : error instanceof Busy,
    onFailedAttempt: ({ error }) =>
      delay(1000 * Math.min(LONGEST_PAUSE_SECONDS, (error instanceof Busy && error.seconds) || 0)),
  });
}

/** Where nobody answers the next run is soon enough: ten seconds, not a minute. */
const UNREACHABLE_ATTEMPTS = 5;

/** However long an explorer asks to wait: the next run may ask again. */
const LONGEST_PAUSE_SECONDS = 30;

/** An explorer with its rate and its queue. */
interface Connection {
  readonly explorer: Explorer;
  readonly turns: Turns;
}

const connections = new Map<string, Connection>();

/** One for all chains, as an explorer counts requests by who makes them. */
function connectionTo(settings: ExplorerSettings): Connection {
  const id = JSON.stringify(settings);
  const connection = connections.get(id) ?? connect(settings);
  connections.set(id, connection);
  return connection;
}

function connect({ kind, url, apiKey, ratePerSecond }: ExplorerSettings): Connection {
  const base = expanded(url).replace(/\/$/, "");
  const { throttle, turns } = countOf(`${kind} ${new URL(base).host}`, ratePerSecond);
  const explorer = explorerAt(kind, base, apiKey);
  return {
    turns,
    explorer: {
      submit: (claim) => throttle(() => explorer.submit(claim)) as Promise<Submission>,
      ask: (ticket, claim) => throttle(() => explorer.ask(ticket, claim)) as Promise<Verdict>,
    },
  };
}

/** What is counted by host: Blockscout has another URL for each chain. */
interface Count {
  readonly throttle: (call: () => Promise<unknown>) => Promise<unknown>;
  readonly turns: Turns;
}

const counts = new Map<string, Count>();

function countOf(host: string, ratePerSecond: number): Count {
  const count = counts.get(host) ?? {
    // A little more than a second: requests sent in one second arrive in another.
    throttle: pThrottle({ limit: ratePerSecond, interval: 1050, strict: true })(
      (call: () => Promise<unknown>) => call(),
    ),
    turns: new Turns(),
  };
  counts.set(host, count);
  return count;
}

function explorerAt(kind: ExplorerSettings["kind"], url: string, apiKey: string | undefined): Explorer {
  switch (kind) {
    case "etherscan":
      return etherscan(url, expanded(apiKey ?? ""));
    case "blockscout":
      return blockscout(url);
    case "sourcify":
      return sourcify(url);
  }
}
