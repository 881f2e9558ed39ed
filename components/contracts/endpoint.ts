import { BaseError } from "viem";
import { expanded } from "../environment";
import { ChainfleetError } from "../error";
import { clientOf } from "./lane/chain";

/**
 * Works with a chain's endpoint, after a look whether it is that chain. An error that the node or the network caused
 * is told without the URL's value, which often has a key in it.
 *
 * @param rpcUrl as the config has it: it may name environment variables.
 * @throws ChainfleetError
 */
export async function atEndpoint<Result>(
  { name, chainId }: { readonly name: string; readonly chainId: number },
  rpcUrl: string,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const url = expanded(rpcUrl);
  try {
    const answered = await chainIdAt(url);
    if (answered !== chainId) {
      throw new ChainfleetError(
        `${name}: ${rpcUrl} is chain ${answered}, and the config says ${chainId}. Nothing was sent.`,
        `Correct rpcUrl or chainId under chainfleet:contracts.chains.${name}.`,
      );
    }
    return await work(url);
  } catch (error) {
    if (error instanceof ChainfleetError) {
      throw error;
    }
    throw new ChainfleetError(
      `${name}: ${summary(error as Error).replaceAll(url, rpcUrl)}`,
      `Its endpoint is ${rpcUrl}. What was sent is not lost: run again.`,
    );
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

function summary(error: Error): string {
  return error instanceof BaseError
    ? [error.shortMessage, error.details]
        .filter((text, index, all) => text && all.indexOf(text) === index)
        .join(" ")
    : error.message;
}
