import { setTimeout as delay } from "node:timers/promises";
import type { PublicClient } from "viem";
import { DETERMINISTIC_DEPLOYER } from "../../deterministic-deployer";
import type { FullProvider } from "../../dynamic-resource";
import { ChainfleetError } from "../../error";
import { laneOf } from "../lane/lanes";
import type { TransactionResourceArgs } from "../lane/transaction-resource-args";
import { clientOf } from "../rpc/client";
import { readFromEndpoint, sendThroughEndpoint } from "../rpc/endpoint";
import { nodeMessage, type Refusal, refusal, remedy } from "../rpc/refusal";
import { configSecret, rememberConfig } from "../sender/config-secret";
import { accountOf } from "../sender/sender";
import { DEPLOYER_TRANSACTION, deployerFunding, hasDeployer } from "./deterministic-deployer";

type Inputs = Omit<TransactionResourceArgs, "rpcUrl"> & { readonly rpcUrl: string };

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
    await sendThroughEndpoint(inputs.chain, inputs.rpcUrl, (url) => ensureDeployer(inputs, url));
    return { id: `${inputs.chain.chainId}/${DETERMINISTIC_DEPLOYER}`, outs: inputs };
  },
  read: async (id, props: Inputs) => {
    const found = await readFromEndpoint(props.chain, props.rpcUrl, (url) => hasDeployer(clientOf(url)));
    return found ? { id, props } : { id: "", props: {} };
  },
  update: async (_id, olds, news) => ({ outs: { ...olds, ...news } }),
  delete: async () => {},
};

async function ensureDeployer({ chain, sender }: Inputs, url: string): Promise<void> {
  const client = clientOf(url);
  if (await hasDeployer(client)) {
    return;
  }
  const account = await accountOf(sender, configSecret);
  await laneOf(chain, url, account).do(deployerFunding(client));
  for (let seconds = 0; !(await hasDeployer(client)); seconds += POLL_SECONDS) {
    if (seconds >= PATIENCE_SECONDS) {
      throw new ChainfleetError({
        code: "DEPLOYER_NOT_MINED",
        summary: `${chain.name}: the transaction of the deterministic deployer is not in a block after ${PATIENCE_SECONDS} s.`,
        next: "The gas price of that transaction is 100 gwei and cannot be changed. If the chain asks for more, run again when the chain asks for less, or set create: create for the contracts.",
      });
    }
    // The transaction is sent again in each round, because a node may drop it.
    await sendTransaction(client, chain.name);
    await delay(POLL_SECONDS * 1000);
  }
}

const POLL_SECONDS = 0.5;
const PATIENCE_SECONDS = 120;

async function sendTransaction(client: PublicClient, chain: string): Promise<void> {
  try {
    await client.sendRawTransaction({ serializedTransaction: DEPLOYER_TRANSACTION });
  } catch (error) {
    if (!PASSING_REFUSALS.has(refusal(error))) {
      throw new ChainfleetError({
        code: "DEPLOYER_REFUSED",
        summary: `${chain} refuses the transaction of the deterministic deployer: ${nodeMessage(error as Error)}`,
        next:
          remedy(error) ??
          "The signature of that transaction has no chain id (EIP-155). Let the node accept such transactions once, or set create: create for the contracts.",
        cause: error,
      });
    }
  }
}

/** Refusals after which the transaction is or may still be mined: it was sent before, or the fee may fall. */
const PASSING_REFUSALS: ReadonlySet<Refusal> = new Set([
  "known",
  "nonce used",
  "underpriced",
  "pool full",
  "unanswered",
  "fee too low",
]);
