import type { Hex } from "viem";
import type { Chain } from "./chain";
import type { Compiler } from "./compiler";
import type { Jobs, Place } from "./jobs";

/** An explorer's API. */
export interface Explorer {
  /** What a request gets that is one too many. */
  readonly tooMany: Answer;
  answer(request: ApiRequest): Promise<Answer>;
}

/** What explorers work with. */
export interface Means {
  /** By chain id. */
  readonly chains: ReadonlyMap<number, Chain>;
  readonly jobs: Jobs;
  readonly compiler: Compiler;
  /** Requests a second that each explorer allows. */
  readonly rate: number;
}

export interface ApiRequest {
  readonly method: string;
  /** What follows the explorer's name. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  /** The body as it came. */
  text(): Promise<string>;
  /** The fields of a form, whichever way it is encoded; empty if the body is none. Files are taken as texts. */
  form(): Promise<ReadonlyMap<string, string>>;
}

/** The body is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export async function placeOf(explorer: Place["explorer"], chain: Chain, address: Hex): Promise<Place> {
  const genesis = await chain.genesis();
  return { explorer, chainId: chain.chainId, genesis, address: address.toLowerCase() as Hex };
}

/** Hex with or without 0x; undefined if it cannot be ABI-encoded values. */
export function parseArguments(text: string): Hex | undefined {
  const digits = text.replace(/^0x/, "").toLowerCase();
  return /^([0-9a-f]{64})*$/.test(digits) ? `0x${digits}` : undefined;
}
