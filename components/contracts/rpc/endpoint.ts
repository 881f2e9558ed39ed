import { BaseError, HttpRequestError } from "viem";
import { expandVariables, variablesIn } from "../../environment";
import { ChainfleetError } from "../../error";
import { memoizeSuccess } from "../../memoize-success";
import { clientOf } from "./client";

/** The chain that an endpoint must serve. */
interface ExpectedChain {
  /** The chain's name in the config. */
  readonly name: string;
  readonly chainId: number;
  /**
   * The config key of the chain, for messages. Its fields `rpcUrl` and `chainId` are named.
   *
   * @example "chainfleet:contracts.chains.mainnet"
   */
  readonly configKey: string;
}

/**
 * Runs work that may send transactions through a chain's endpoint, after checking the endpoint's chain id. Errors of
 * the node or the network are reported without the URL, because the URL often contains a key.
 *
 * @param rpcUrl the URL as written in the config: may name environment variables.
 * @throws ChainfleetError
 */
export function sendThroughEndpoint<Result>(
  chain: ExpectedChain,
  rpcUrl: string,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  return withEndpoint(chain, rpcUrl, work, ["What was sent is not lost: run again."]);
}

/** Like `sendThroughEndpoint`, for work that only reads. @throws ChainfleetError */
export function readFromEndpoint<Result>(
  chain: ExpectedChain,
  rpcUrl: string,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  return withEndpoint(chain, rpcUrl, work, []);
}

/** @param assurances sentences for the person who reads that the work failed. */
async function withEndpoint<Result>(
  { name, chainId, configKey }: ExpectedChain,
  rpcUrl: string,
  work: (url: string) => Promise<Result>,
  assurances: readonly string[],
): Promise<Result> {
  const url = requireHttp(expandVariables(rpcUrl), name, originOf(configKey, rpcUrl));
  const withoutUrl = (error: unknown, sentences: readonly string[]): ChainfleetError =>
    error instanceof ChainfleetError
      ? error
      : new ChainfleetError({
          code: "RPC_FAILED",
          summary: `${name}: ${describe(error as Error).replaceAll(url, "its endpoint")} (${new URL(url).host})`,
          next: [originOf(configKey, rpcUrl), ...sentences].join(" "),
        });
  const actualChainId = await chainIdAt(url).catch((error) => {
    throw withoutUrl(error, []);
  });
  if (actualChainId !== chainId) {
    throw new ChainfleetError({
      code: "RPC_WRONG_CHAIN",
      summary: `${name}: its endpoint is chain ${actualChainId}, and the config says ${chainId}. Nothing was sent.`,
      next: `Correct rpcUrl or chainId under ${configKey}.`,
    });
  }
  try {
    return await work(url);
  } catch (error) {
    throw withoutUrl(error, assurances);
  }
}

/** @throws ChainfleetError that does not quote the URL, which may contain a key, unless the URL is one of HTTP */
function requireHttp(url: string, chain: string, origin: string): string {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) {
    return url;
  }
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(url)?.[1];
  throw new ChainfleetError({
    code: "RPC_URL_INVALID",
    summary: `${chain}: its endpoint is no URL that begins with http:// or https://${scheme === undefined ? "" : ` (but with ${scheme}://)`}. Nothing was asked or sent.`,
    next: `${origin} Write the whole URL, with http:// or https:// before the host.`,
  });
}

const chainIdAt = memoizeSuccess((url: string) => clientOf(url).getChainId());

/** Where the config sets the URL, for the person who has to change it; never the URL itself. */
function originOf(configKey: string, rpcUrl: string): string {
  const key = `${configKey}.rpcUrl`;
  const variables = variablesIn(rpcUrl);
  return variables.length === 0
    ? `The endpoint is set by ${key}, or by the network if that key is not set.`
    : `The endpoint is set by ${key}, from ${variables.join(" and ")}.`;
}

/** viem's message, with the code of the system or the status of the server: ECONNREFUSED, status 401. */
function describe(error: Error): string {
  if (!(error instanceof BaseError)) {
    return error.message;
  }
  const texts = [error.shortMessage, error.details].filter(
    (text, index, all) => text && all.indexOf(text) === index,
  );
  const reason = reasonOf(error);
  return `${texts.join(" ")}${reason === undefined ? "" : ` (${reason})`}`;
}

function reasonOf(error: BaseError): string | undefined {
  const system = error.walk((cause) => typeof (cause as { code?: unknown } | null)?.code === "string");
  if (system !== null) {
    return (system as Error & { code: string }).code;
  }
  const http = error.walk((cause) => cause instanceof HttpRequestError);
  return http instanceof HttpRequestError && http.status !== undefined ? `status ${http.status}` : undefined;
}
