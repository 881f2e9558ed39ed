import { setTimeout as delay } from "node:timers/promises";
import pRetry from "p-retry";
import pThrottle from "p-throttle";
import { expandVariables } from "../../environment";
import { ChainfleetError } from "../../error";
import { blockscout } from "./blockscout";
import { etherscan } from "./etherscan";
import {
  type Claim,
  type Explorer,
  ExplorerBusyError,
  type ExplorerSettings,
  ExplorerUnreachableError,
  NotIndexedError,
  type Submission,
  type Verdict,
} from "./explorer";
import { sourcify } from "./sourcify";
import { StatusQueue } from "./status-queue";

/** How the verification at one explorer ended, as the state keeps it. */
export interface Result {
  readonly explorer: ExplorerSettings["kind"];
  readonly verified: boolean;
  /** Why the explorer did not verify the contract. */
  readonly why?: string;
}

/**
 * Verifies a contract at an explorer. All verifications of a process share the explorer's rate limit.
 */
export async function verifyAt(settings: ExplorerSettings, claim: Claim): Promise<Result> {
  const verdict = await finalVerdict(settings, claim).catch((error: unknown) => {
    if (error instanceof ExplorerBusyError) {
      return { kind: "refused", reason: error.message } as const;
    }
    if (error instanceof ChainfleetError) {
      const { summary, next } = error;
      return { kind: "refused", reason: next === undefined ? summary : `${summary}\n${next}` } as const;
    }
    throw error;
  });
  return verdict.kind === "verified"
    ? { explorer: settings.kind, verified: true }
    : { explorer: settings.kind, verified: false, why: verdict.reason };
}

async function finalVerdict(
  settings: ExplorerSettings,
  claim: Claim,
): Promise<Exclude<Verdict, { kind: "pending" | "not-indexed" }>> {
  const connection = connectionTo(settings);
  const deadline = Date.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const verdict = await verdictOfSubmission(connection, claim, deadline);
    if (verdict.kind !== "not-indexed") {
      return verdict;
    }
    if (Date.now() + RESUBMISSION_SECONDS * 1000 >= deadline) {
      return { kind: "refused", reason: new NotIndexedError(claim.address, verdict.reason).message };
    }
    await delay(RESUBMISSION_SECONDS * 1000);
  }
}

/** Submits a claim and waits for its end. @param deadline milliseconds since the epoch */
async function verdictOfSubmission(
  { explorer, queue }: Connection,
  claim: Claim,
  deadline: number,
): Promise<Exclude<Verdict, { kind: "pending" }>> {
  const submission = await whileBusy(() => explorer.submit(claim));
  if (submission.kind !== "accepted") {
    return submission;
  }
  const member = queue.join();
  try {
    while (Date.now() < deadline) {
      await member.turn();
      const verdict = await whileBusy(() => explorer.status(submission.ticket, claim));
      if (verdict.kind !== "pending") {
        return verdict;
      }
    }
  } finally {
    member.leave();
  }
  return {
    kind: "refused",
    reason: `still pending after ${PATIENCE_SECONDS} s; run again to ask for the result`,
  };
}

/** Pause before a claim is submitted again that an explorer could not look at. */
const RESUBMISSION_SECONDS = 2;

/** Explorers usually take 5 to 30 s. */
const PATIENCE_SECONDS = 180;

/** Repeats a request with growing pauses while the explorer is busy. */
function whileBusy<Answer extends Submission | Verdict>(request: () => Promise<Answer>): Promise<Answer> {
  return pRetry(request, {
    retries: 8,
    minTimeout: 500,
    maxTimeout: 15_000,
    randomize: true,
    shouldRetry: ({ error, attemptNumber }) =>
      error instanceof ExplorerUnreachableError
        ? attemptNumber < UNREACHABLE_ATTEMPTS
        : error instanceof ExplorerBusyError,
    onFailedAttempt: ({ error }) =>
      delay(
        1000 * Math.min(LONGEST_PAUSE_SECONDS, (error instanceof ExplorerBusyError && error.seconds) || 0),
      ),
  });
}

/** An explorer that cannot be reached is left to the next run: gives up after ten seconds instead of a minute. */
const UNREACHABLE_ATTEMPTS = 5;

/** Longest pause, even if an explorer asks for more: the next run can try again. */
const LONGEST_PAUSE_SECONDS = 30;

/** An explorer behind its rate limit, and its queue of status requests. */
interface Connection {
  readonly explorer: Explorer;
  readonly queue: StatusQueue;
}

const connections = new Map<string, Connection>();

/** One connection for all chains, because an explorer limits the rate of a client, not of a chain. */
function connectionTo(settings: ExplorerSettings): Connection {
  const id = JSON.stringify(settings);
  const connection = connections.get(id) ?? connect(settings);
  connections.set(id, connection);
  return connection;
}

function connect({ kind, url, apiKey, ratePerSecond }: ExplorerSettings): Connection {
  const base = expandVariables(url).replace(/\/$/, "");
  const { throttle, queue } = limitOf(`${kind} ${new URL(base).host}`, ratePerSecond);
  const explorer = explorerAt(kind, base, apiKey);
  return {
    queue,
    explorer: {
      submit: (claim) => throttle(() => explorer.submit(claim)) as Promise<Submission>,
      status: (ticket, claim) => throttle(() => explorer.status(ticket, claim)) as Promise<Verdict>,
    },
  };
}

/** Rate limit and queue of one host. Blockscout has a URL for each chain, but may serve several from one host. */
interface HostLimit {
  readonly throttle: (call: () => Promise<unknown>) => Promise<unknown>;
  readonly queue: StatusQueue;
}

const hostLimits = new Map<string, HostLimit>();

function limitOf(host: string, ratePerSecond: number): HostLimit {
  const limit = hostLimits.get(host) ?? {
    // Slightly more than a second: requests sent in different seconds may arrive in the same second.
    throttle: pThrottle({ limit: ratePerSecond, interval: 1050, strict: true })(
      (call: () => Promise<unknown>) => call(),
    ),
    queue: new StatusQueue(),
  };
  hostLimits.set(host, limit);
  return limit;
}

function explorerAt(kind: ExplorerSettings["kind"], url: string, apiKey: string | undefined): Explorer {
  switch (kind) {
    case "etherscan":
      return etherscan(url, expandVariables(apiKey ?? ""));
    case "blockscout":
      return blockscout(url);
    case "sourcify":
      return sourcify(url);
  }
}
