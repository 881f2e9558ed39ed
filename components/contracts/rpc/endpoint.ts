import { BaseError, HttpRequestError } from "viem";
import { expanded, variablesIn } from "../../environment";
import { ChainfleetError } from "../../error";
import { clientOf } from "./client";

/** The chain that an endpoint is expected to be, by its name in the config. */
interface Expected {
  readonly name: string;
  readonly chainId: number;
}

/**
 * Works with a chain's endpoint, after a look whether it is that chain. An error that the node or the network caused
 * is told without the URL, which often has a key in it.
 *
 * @param rpcUrl as the config has it: it may name environment variables.
 * @param work may send transactions.
 * @throws ChainfleetError
 */
export function atEndpoint<Result>(
  chain: Expected,
  rpcUrl: string,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  return reach(chain, rpcUrl, work, ["What was sent is not lost: run again."]);
}

/** As `atEndpoint`, for work that sends nothing. @throws ChainfleetError */
export function askEndpoint<Result>(
  chain: Expected,
  rpcUrl: string,
  ask: (url: string) => Promise<Result>,
): Promise<Result> {
  return reach(chain, rpcUrl, ask, []);
}

/** @param assurances for whoever reads that the work failed. */
async function reach<Result>(
  { name, chainId }: Expected,
  rpcUrl: string,
  work: (url: string) => Promise<Result>,
  assurances: readonly string[],
): Promise<Result> {
  const url = expanded(rpcUrl);
  const told = (error: unknown, more: readonly string[]): ChainfleetError =>
    error instanceof ChainfleetError
      ? error
      : new ChainfleetError({
          code: "TODO",
          summary: `${name}: ${summary(error as Error).replaceAll(url, "its endpoint")} (${new URL(url).host})`,
          next: [whereFrom(name, rpcUrl), ...more].join(" "),
        });
  const answered = await chainIdAt(url).catch((error) => {
    throw told(error, []);
  });
  if (answered !== chainId) {
    throw new ChainfleetError({
      code: "TODO",
      summary: `${name}: its endpoint is chain ${answered}, and the config says ${chainId}. Nothing was sent.`,
      next: `Correct rpcUrl or chainId under chainfleet:contracts.chains.${name}.`,
    });
  }
  try {
    return await work(url);
  } catch (error) {
    throw told(error, assurances);
  }
}

/** Asked once in a process. */
function chainIdAt(url: string): Promise<number> {
  const answer = chainIds.get(url) ?? clientOf(url).getChainId();
  chainIds.set(url, answer);
  answer.catch(() => chainIds.delete(url));
  return answer;
}

const chainIds = new Map<string, Promise<number>>();

/** Where the URL is written, for somebody who has to change it; never the URL. */
function whereFrom(name: string, rpcUrl: string): string {
  const key = `chainfleet:contracts.chains.${name}.rpcUrl`;
  const variables = variablesIn(rpcUrl);
  return variables.length === 0
    ? `Its endpoint is that of ${key}, or of the network where that is not set.`
    : `Its endpoint is that of ${key}, from ${variables.join(" and ")}.`;
}

/** What viem says of an error, with what the system or the server said: ECONNREFUSED, status 401. */
function summary(error: Error): string {
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
