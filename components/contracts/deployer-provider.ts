import { setTimeout as delay } from "node:timers/promises";
import { type Address, type Hex, type PublicClient, parseEther } from "viem";
import type { FullProvider } from "../dynamic-resource";
import { ChainfleetError } from "../error";
import { configSecret, rememberConfig } from "./config-secret";
import { DETERMINISTIC_DEPLOYER } from "./create2";
import type { OnChain } from "./deployment";
import { atEndpoint } from "./endpoint";
import { clientOf } from "./lane/chain";
import type { Job } from "./lane/lane";
import { laneOf } from "./lane/lanes";
import { refusal } from "./lane/refusal";
import { accountOf } from "./sender";

type Inputs = Omit<OnChain, "rpcUrl"> & { readonly rpcUrl: string };

/** Behind DeterministicDeployer. */
export const provider: FullProvider = {
  configure: async ({ config }) => rememberConfig(config),
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: Inputs, news: Inputs) => {
    const replaces = olds.chain.chainId === news.chain.chainId ? [] : ["chain"];
    const changes = replaces.length > 0 || olds.rpcUrl !== news.rpcUrl;
    return { changes, replaces, deleteBeforeReplace: false };
  },
  create: async (inputs: Inputs) => {
    await atEndpoint(inputs.chain, inputs.rpcUrl, (url) => ensureDeployer(inputs, url));
    return { id: `${inputs.chain.chainId}/${DETERMINISTIC_DEPLOYER}`, outs: inputs };
  },
  read: async (id, props: Inputs) => {
    const found = await atEndpoint(props.chain, props.rpcUrl, (url) => isThere(clientOf(url)));
    return found ? { id, props } : { id: "", props: {} };
  },
  update: async (_id, olds, news) => ({ outs: { ...olds, ...news } }),
  delete: async () => {},
};

/**
 * The transaction, its sender and what it costs, as published: it was signed by nobody, with `r` and `s` out of thin
 * air, so that its sender, and with it the deployer's address, is the same on every chain.
 * https://github.com/Arachnid/deterministic-deployment-proxy/blob/master/README.md
 */
const TRANSACTION: Hex =
  "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222";
const SIGNER: Address = "0x3fAB184622Dc19b6109349B94811493BF2a45362";
/** 100,000 units of gas at 100 gwei. */
const COST = parseEther("0.01");

async function ensureDeployer({ chain, sender }: Inputs, url: string): Promise<void> {
  const client = clientOf(url);
  if (await isThere(client)) {
    return;
  }
  const account = await accountOf(sender, configSecret);
  await laneOf(chain, url, account).do(funding(client));
  for (let seconds = 0; !(await isThere(client)); seconds += POLL_SECONDS) {
    if (seconds >= PATIENCE_SECONDS) {
      throw new ChainfleetError(
        `${chain.name}: the deterministic deployer's transaction is in no block after ${PATIENCE_SECONDS} s.`,
        "Its gas price is 100 gwei, which cannot be changed: if the chain asks for more, run again when it asks for less, or set create: create for the contracts.",
      );
    }
    // Again each time: a node may forget it.
    await sendTransaction(client, chain.name);
    await delay(POLL_SECONDS * 1000);
  }
}

const POLL_SECONDS = 0.5;
const PATIENCE_SECONDS = 120;

function funding(client: PublicClient): Job {
  return {
    name: "the deterministic deployer's fee",
    to: SIGNER,
    data: "0x",
    value: COST,
    after: [],
    gas: async () => 21_000n,
    isDone: async () => (await client.getBalance({ address: SIGNER })) >= COST || (await isThere(client)),
  };
}

async function sendTransaction(client: PublicClient, chain: string): Promise<void> {
  try {
    await client.sendRawTransaction({ serializedTransaction: TRANSACTION });
  } catch (error) {
    // Sent already, here or by another program, it is known, or its nonce is used; a fee may fall.
    if (!["known", "nonce used", "underpriced", "unanswered", "fee too low"].includes(refusal(error))) {
      throw new ChainfleetError(
        `${chain} does not take the deterministic deployer's transaction: ${(error as Error).message.split("\n")[0]}`,
        "Its signature has no chain id (EIP-155). Let the node take such transactions once, or set create: create for the contracts.",
        { cause: error },
      );
    }
  }
}

async function isThere(client: PublicClient): Promise<boolean> {
  const code = await client.getCode({ address: DETERMINISTIC_DEPLOYER });
  return code !== undefined && code !== "0x";
}
