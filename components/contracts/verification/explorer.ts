import type { Address, Hash, Hex } from "viem";
import type { StandardInput } from "./standard-input";

/** A block explorer that verifies contracts, as config has it. */
export interface ExplorerSettings {
  readonly kind: "etherscan" | "blockscout" | "sourcify";
  /** Of the API; may name environment variables. */
  readonly url: string;
  /** Etherscan's; may name environment variables, and should. */
  readonly apiKey?: string | undefined;
  readonly ratePerSecond: number;
}

/** What is to be verified. */
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

/** What an explorer says of a claim. */
export type Verdict =
  | { readonly is: "verified" }
  | { readonly is: "pending" }
  | { readonly is: "refused"; readonly why: string };

/** What an explorer answered to a submission. */
export type Submission =
  | { readonly is: "verified" }
  | { readonly is: "refused"; readonly why: string }
  /** It looks at it; the ticket asks how far it is. */
  | { readonly is: "taken"; readonly ticket: string };

/** One explorer's API. Each method is one request; one that may be made again throws Busy. */
export interface Explorer {
  submit(claim: Claim): Promise<Submission>;
  ask(ticket: string, claim: Claim): Promise<Verdict>;
}

/** The explorer did not answer as such, or asks for patience. */
export class Busy extends Error {
  /** @param seconds that it asks to wait; undefined if it does not say. */
  constructor(
    message: string,
    readonly seconds?: number,
  ) {
    super(message);
    this.name = "Busy";
  }
}

/** Nobody answered at all. */
export class Unreachable extends Busy {
  constructor(message: string) {
    super(message);
    this.name = "Unreachable";
  }
}

/** An answer with its text read. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Makes a request. @throws Busy without an answer, at 429 and at 5xx. */
export async function request(url: string, init: RequestInit): Promise<Answer> {
  const host = new URL(url).host;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_SECONDS * 1000) });
    text = await response.text();
  } catch (error) {
    throw new Unreachable(`${host} does not answer: ${reasonOf(error as Error)}`);
  }
  if (response.status === 429 || response.status >= 500) {
    const after = Number(response.headers.get("retry-after"));
    throw new Busy(`${host} answers ${response.status}`, after > 0 ? after : undefined);
  }
  return { status: response.status, text };
}

const REQUEST_SECONDS = 30;

/** fetch says only that it failed; the system knows why. */
function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}

/** @throws Busy when the text is no JSON: then it is a proxy's page. */
export function parsed<Body>({ status, text }: Answer): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    throw new Busy(`the answer (${status}) is no JSON: ${text.slice(0, 80)}`);
  }
}
