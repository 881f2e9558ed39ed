import { setTimeout as delay } from "node:timers/promises";
import type { PublicClient } from "viem";
import { DETERMINISTIC_DEPLOYER } from "../../deterministic-deployer";
import type { FullProvider } from "../../engine/dynamic-resource";
import { ChainfleetError } from "../../error";
import { laneOf } from "../lane/lanes";
import type { TransactionResourceArgs } from "../lane/transaction-resource-args";
import { clientOf } from "../rpc/client";
import { readFromEndpoint, sendThroughEndpoint } from "../rpc/endpoint";
import { nodeMessage, type Refusal, refusal } from "../rpc/refusal";
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
  const funding = deployerFunding(client);
  let answer = "";
  let wasPaid = false;
  for (let seconds = 0; !(await hasDeployer(client)); seconds += POLL_SECONDS) {
    if (seconds >= PATIENCE_SECONDS) {
      throw notMined(chain.name, answer);
    }
    // Sent before the signer is paid, because a node that will not have the transaction says so for free; and sent again in
    // each round, because a node may drop it.
    const sent = await sendTransaction(client, chain.name);
    answer = sent.answer;
    if (sent.mayBeMined && !wasPaid && !(await funding.isDone())) {
      wasPaid = true;
      await laneOf(chain, url, await accountOf(sender, configSecret)).do(funding);
    } else {
      await delay(POLL_SECONDS * 1000);
    }
  }
}

const POLL_SECONDS = 0.5;
const PATIENCE_SECONDS = 120;

/** What the node said about the deployer's transaction. */
interface Sent {
  /** Whether the transaction is or may still be mined, once its signer can pay for it. */
  readonly mayBeMined: boolean;
  /** The node's message; empty if the node took the transaction. */
  readonly answer: string;
}

/** Sends the deployer's transaction. @throws ChainfleetError if the node will never accept the transaction */
async function sendTransaction(client: PublicClient, chain: string): Promise<Sent> {
  try {
    await client.sendRawTransaction({ serializedTransaction: DEPLOYER_TRANSACTION });
    return { mayBeMined: true, answer: "" };
  } catch (error) {
    const reason = refusal(error);
    const answer = nodeMessage(error as Error);
    if (reason !== "refused") {
      return { mayBeMined: !UNCLEAR_REFUSALS.has(reason), answer };
    }
    throw new ChainfleetError({
      code: "DEPLOYER_REFUSED",
      summary: `${chain} refuses the transaction of the deterministic deployer: ${answer}. Nothing was paid for it.`,
      next: "The transaction is older than chain ids (EIP-155) and cannot be given one. Put the deployer's code into the genesis alloc (Besu networks of this program have it), let the node accept such transactions once (geth: --rpc.allow-unprotected-txs; Besu: without --strict-tx-replay-protection-enabled), or set create: create for the contracts.",
      cause: error,
    });
  }
}

/** Refusals that do not tell whether the node would ever take the transaction. */
const UNCLEAR_REFUSALS: ReadonlySet<Refusal> = new Set(["unanswered", "node error"]);

function notMined(chain: string, answer: string): ChainfleetError {
  return new ChainfleetError({
    code: "DEPLOYER_NOT_MINED",
    summary: `${chain}: the transaction of the deterministic deployer is not in a block after ${PATIENCE_SECONDS} s.${answer === "" ? "" : ` The node says: ${answer}`}`,
    next: "The gas price of that transaction is 100 gwei and cannot be changed. If the chain asks for more, run again when the chain asks for less, or set create: create for the contracts.",
  });
}
