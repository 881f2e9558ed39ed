import type { Hex } from "viem";
import type { Chain } from "./chain";
import type { Compiler } from "./compiler";
import type { ContractLocation, Jobs } from "./jobs";

/** An explorer's API. */
export interface Explorer {
  /** The answer to a request that exceeds the rate limit. */
  readonly tooMany: Answer;
  answer(request: ApiRequest): Promise<Answer>;
}

/** The services that all explorers share. */
export interface ExplorerContext {
  /** By chain id. */
  readonly chains: ReadonlyMap<number, Chain>;
  readonly jobs: Jobs;
  readonly compiler: Compiler;
  /** Requests per second that each explorer allows. */
  readonly rate: number;
}

export interface ApiRequest {
  readonly method: string;
  /** The path's segments after the explorer's name. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** The unparsed body. */
  text(): Promise<string>;
  /** The fields of a form in any encoding, with files read as text; empty if the body is no form. */
  form(): Promise<ReadonlyMap<string, string>>;
}

/** An HTTP response; the body is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export async function locationOf(
  explorer: ContractLocation["explorer"],
  chain: Chain,
  address: Hex,
): Promise<ContractLocation> {
  const genesis = await chain.genesis();
  return { explorer, chainId: chain.chainId, genesis, address: address.toLowerCase() as Hex };
}

/** Parses ABI-encoded arguments in hex, with or without 0x; undefined if the text is not a whole number of ABI words. */
export function parseArguments(text: string): Hex | undefined {
  const digits = text.replace(/^0x/, "").toLowerCase();
  return /^([0-9a-f]{64})*$/.test(digits) ? `0x${digits}` : undefined;
}
