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
  type Verdict,
} from "./explorer";
import { sourcify } from "./sourcify";

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
  const explorer = explorerAt(settings);
  const submission = await patiently(() => explorer.submit(claim));
  if (submission.is !== "taken") {
    return submission;
  }
  const deadline = Date.now() + PATIENCE_SECONDS * 1000;
  while (Date.now() < deadline) {
    await delay(POLL_SECONDS * 1000);
    const verdict = await patiently(() => explorer.ask(submission.ticket, claim));
    if (verdict.is !== "pending") {
      return verdict;
    }
  }
  return {
    is: "refused",
    why: `still pending after ${PATIENCE_SECONDS} s; run again to ask on`,
  };
}

/** Explorers take some 5 to 30 s. */
const POLL_SECONDS = 1.5;
const PATIENCE_SECONDS = 180;

/** Asks again, later each time, as long as the explorer only asks for patience. */
function patiently<Answer extends Submission | Verdict>(question: () => Promise<Answer>): Promise<Answer> {
  return pRetry(question, {
    retries: 8,
    minTimeout: 500,
    maxTimeout: 15_000,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof Busy,
    onFailedAttempt: ({ error }) => delay(1000 * ((error instanceof Busy && error.seconds) || 0)),
  });
}

/** An explorer keeps count by its host, whatever the chain: so do we. */
const explorers = new Map<string, Explorer>();

function explorerAt(settings: ExplorerSettings): Explorer {
  const id = JSON.stringify(settings);
  const explorer = explorers.get(id) ?? throttled(settings);
  explorers.set(id, explorer);
  return explorer;
}

function throttled(settings: ExplorerSettings): Explorer {
  const url = expanded(settings.url).replace(/\/$/, "");
  const explorer = connect(settings, url);
  const ofHost = throttleOf(`${settings.kind} ${new URL(url).host}`, settings.ratePerSecond);
  return {
    submit: (claim) => ofHost(() => explorer.submit(claim)) as Promise<Submission>,
    ask: (ticket, claim) => ofHost(() => explorer.ask(ticket, claim)) as Promise<Verdict>,
  };
}

type Throttle = (call: () => Promise<unknown>) => Promise<unknown>;
const throttles = new Map<string, Throttle>();

function throttleOf(host: string, ratePerSecond: number): Throttle {
  const throttle =
    throttles.get(host) ??
    // A little more than a second: requests sent in one second arrive in another.
    pThrottle({ limit: ratePerSecond, interval: 1050, strict: true })((call: () => Promise<unknown>) =>
      call(),
    );
  throttles.set(host, throttle);
  return throttle;
}

function connect({ kind, apiKey }: ExplorerSettings, url: string): Explorer {
  switch (kind) {
    case "etherscan":
      return etherscan(url, expanded(apiKey ?? ""));
    case "blockscout":
      return blockscout(url);
    case "sourcify":
      return sourcify(url);
  }
}
