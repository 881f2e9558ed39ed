import type { Address, Hash, Hex } from "viem";
import type { StandardInput } from "./standard-input";

/** A block explorer that verifies contracts, as the config describes it. */
export interface ExplorerSettings {
  readonly kind: "etherscan" | "blockscout" | "sourcify";
  /** URL of the API; may name environment variables. */
  readonly url: string;
  /** Etherscan's API key. Should name an environment variable, so that the key is not in the config. */
  readonly apiKey?: string | undefined;
  /** Requests per second that the explorer allows. */
  readonly ratePerSecond: number;
}

/** The claim that a contract was compiled from these sources: what an explorer verifies. */
export interface Claim {
  readonly chainId: number;
  readonly address: Address;
  /** @example "0.8.37+commit.f401782d" */
  readonly compilerVersion: string;
  /** @example "contracts/src/MultiSig.sol:MultiSig" */
  readonly qualifiedName: string;
  readonly input: StandardInput;
  readonly encodedArguments: Hex;
  readonly transaction: Hash | "";
}

/** How far an explorer is with a claim. */
export type Verdict =
  | { readonly kind: "verified" }
  | { readonly kind: "pending" }
  /** The explorer does not know the contract yet: the claim has to be submitted again. */
  | { readonly kind: "not-indexed"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string };

/** An explorer's answer to a submission. */
export type Submission =
  | { readonly kind: "verified" }
  | { readonly kind: "refused"; readonly reason: string }
  /** The explorer works on the claim; the ticket identifies the claim in later status requests. */
  | { readonly kind: "accepted"; readonly ticket: string };

/** One explorer's API. Each method makes one request, and throws ExplorerBusyError if the request may be repeated. */
export interface Explorer {
  submit(claim: Claim): Promise<Submission>;
  status(ticket: string, claim: Claim): Promise<Verdict>;
}

/** The explorer gave no usable answer, or limits the rate: the request may be repeated. */
export class ExplorerBusyError extends Error {
  /** @param seconds that the explorer asks to wait; undefined if the explorer does not say. */
  constructor(
    message: string,
    readonly seconds?: number,
  ) {
    super(message);
    this.name = "ExplorerBusyError";
  }
}

/**
 * The explorer does not know the contract yet. An explorer follows the chain with a delay of some seconds, and of minutes
 * where it is behind.
 */
export class NotIndexedError extends ExplorerBusyError {
  /** @param answer what the explorer said. */
  constructor(address: Address, answer: string) {
    super(
      `the explorer does not know ${address} yet (${answer}); run again when its page shows the contract`,
    );
    this.name = "NotIndexedError";
  }
}

/** The explorer could not be reached at all. */
export class ExplorerUnreachableError extends ExplorerBusyError {
  constructor(message: string) {
    super(message);
    this.name = "ExplorerUnreachableError";
  }
}

/** An HTTP answer, with the body as text. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Makes a request. @throws ExplorerBusyError if there is no answer, or for status 429 and 5xx */
export async function request(url: string, init: RequestInit): Promise<Answer> {
  const host = new URL(url).host;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_SECONDS * 1000) });
    text = await response.text();
  } catch (error) {
    throw new ExplorerUnreachableError(`${host} does not answer: ${reasonOf(error as Error)}`);
  }
  if (response.status === 429 || response.status >= 500) {
    const after = Number(response.headers.get("retry-after"));
    throw new ExplorerBusyError(`${host} answers ${response.status}`, after > 0 ? after : undefined);
  }
  return { status: response.status, text };
}

const REQUEST_SECONDS = 30;

/** fetch only says that it failed; the cause has the system's message. */
function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}

/** Parses a JSON body. @throws ExplorerBusyError if the body is not JSON: the answer is a proxy's page */
export function parsed<Body>({ status, text }: Answer): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    throw new ExplorerBusyError(`the answer (${status}) is not JSON: ${text.slice(0, 80)}`);
  }
}
