import type { Address, Hex, PublicClient } from "viem";
import type { FullProvider } from "../../engine/dynamic-resource";
import { ChainfleetError } from "../../error";
import { PROJECT_ROOT } from "../../root";
import { readArtifact } from "../build/build";
import { type Job, UnsettledError } from "../lane/job";
import { laneOf } from "../lane/lanes";
import { clientOf } from "../rpc/client";
import { hasCode } from "../rpc/code";
import { readFromEndpoint, sendThroughEndpoint } from "../rpc/endpoint";
import { withMargin } from "../rpc/gas";
import { revertReason } from "../rpc/revert";
import { waitUntilVisible } from "../rpc/wait-until-visible";
import { configSecret, rememberConfig } from "../sender/config-secret";
import { accountOf } from "../sender/sender";
import type { ContractCallArgs } from "./call";
import { type ChangedArgument, unseenArguments } from "./changed-arguments";
import { type DoneQuestion, difference, isDone } from "./done";

/** The arguments as the engine hands them over: resolved. */
type Inputs = Omit<ContractCallArgs, "rpcUrl" | "description" | "to" | "data" | "done"> & {
  readonly rpcUrl: string;
  readonly description: string;
  readonly to: Address;
  readonly data: Hex;
  readonly done: DoneQuestion;
};

/** Behind ContractCall. */
export const provider: FullProvider = {
  configure: async ({ config }) => rememberConfig(config),
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: Inputs, news: Inputs) => ({
    // The description, the key and the build lead to the same transaction. A new endpoint is an update, because a
    // refresh asks it.
    changes:
      olds.chain.chainId !== news.chain.chainId ||
      (["rpcUrl", "to", "data", "value", "done"] as const).some(
        (key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]),
      ),
    replaces: olds.chain.chainId === news.chain.chainId ? [] : ["chain"],
    deleteBeforeReplace: false,
  }),
  create: async (inputs: Inputs) => ({
    id: `${inputs.chain.chainId}/${inputs.call}`,
    outs: { ...inputs, ...(await send(inputs)) },
  }),
  // A call whose effect was undone, or whose chain was reset, leaves the state and is made again by the next run.
  read: async (id, props: Inputs) => {
    const done = await readFromEndpoint(props.chain, props.rpcUrl, (url) =>
      isDone(clientOf(url), props.done),
    );
    return done ? { id, props } : { id: "", props: {} };
  },
  update: async (_id, olds: Inputs & Sent, news: Inputs) => {
    const sent = await send(news, unseenChange(olds, news));
    const { transaction, block } = olds;
    return { outs: { ...news, ...(sent.transaction === "" ? { transaction, block } : sent) } };
  },
  delete: async () => {},
};

interface Sent {
  readonly transaction: Hex | "";
  readonly block: number;
}

/** @param unseen the changed arguments that the call's `done` does not show. */
function send(inputs: Inputs, unseen: readonly ChangedArgument[] = []): Promise<Sent> {
  return sendThroughEndpoint(inputs.chain, inputs.rpcUrl, (url) => sendAt(inputs, url, unseen));
}

async function sendAt(inputs: Inputs, rpcUrl: string, unseen: readonly ChangedArgument[]): Promise<Sent> {
  const client = clientOf(rpcUrl);
  // Checked before the key is read: a call that was made already needs no key.
  if (await isDone(client, inputs.done)) {
    if (unseen.length > 0) {
      throw changeNotSeen(inputs, unseen);
    }
    return { transaction: "", block: 0 };
  }
  const account = await accountOf(inputs.sender, configSecret);
  const result = await laneOf(inputs.chain, rpcUrl, account).do(jobOf(inputs, account.address, client));
  const sent: Sent =
    result.kind === "mined"
      ? { transaction: result.receipt.hash, block: result.receipt.block }
      : { transaction: "", block: 0 };
  if (!(await waitUntilVisible(() => isDone(client, inputs.done)))) {
    throw new ChainfleetError({
      code: "CALL_WITHOUT_EFFECT",
      summary: `${inputs.call} on ${inputs.chain.name}: ${inputs.description} succeeded (${sent.transaction || "no transaction"}), but its \`done\` does not hold: ${await difference(client, inputs.done)}.`,
      next: "Correct the call's done or its arguments before the next run, which would send the call again.",
    });
  }
  return sent;
}

function jobOf(inputs: Inputs, account: Address, client: PublicClient): Job {
  const { to, data } = inputs;
  const value = BigInt(inputs.value ?? 0);
  return {
    // The prefix keeps the call apart from a deployment of the same name in the lane.
    name: `call ${inputs.call}`,
    to,
    data,
    value,
    isIdempotent: false,
    after: [],
    isDone: () => isDone(client, inputs.done),
    gas: async () => {
      try {
        const [estimate, { gasLimit }, isThere] = await Promise.all([
          client.estimateGas({ account, to, data, value }),
          client.getBlock(),
          hasCode(client, to),
        ]);
        if (!isThere) {
          throw new UnsettledError(contractGone(inputs));
        }
        return withMargin(estimate, gasLimit);
      } catch (error) {
        if (error instanceof UnsettledError) {
          throw error;
        }
        const { abi } = readArtifact(PROJECT_ROOT, inputs.build, inputs.contract);
        const reason = revertReason(error, abi);
        if (reason === undefined) {
          throw error;
        }
        throw new ChainfleetError({
          code: "CALL_WOULD_REVERT",
          summary: `${inputs.call} on ${inputs.chain.name}: ${inputs.description} would be reverted: ${reason}. Nothing was sent.`,
          next: "The contract refuses the call: correct its arguments, its sender, or the calls that must come before.",
        });
      }
    },
  };
}

/** The changed arguments of a call that its `done` does not show; none if the call goes to another contract now. */
function unseenChange(olds: Inputs, news: Inputs): ChangedArgument[] {
  if (olds.chain.chainId !== news.chain.chainId || olds.to !== news.to || olds.data === news.data) {
    return [];
  }
  const { abi } = readArtifact(PROJECT_ROOT, news.build, news.contract);
  return unseenArguments(abi, olds, news);
}

/** A changed call would be recorded as made and never sent. */
function changeNotSeen(inputs: Inputs, unseen: readonly ChangedArgument[]): ChainfleetError {
  const changes = unseen.map(({ name, from, to }) => `${name} (from ${from} to ${to})`).join(", ");
  const names = unseen.map(({ name }) => name).join(" and ");
  return new ChainfleetError({
    code: "CALL_CHANGE_NOT_SEEN",
    summary: `${inputs.call} on ${inputs.chain.name}: the config changes ${changes}, but the call's \`done\` holds already and does not look at ${names}, so it cannot tell whether the changed call was made. Nothing was sent.`,
    next: `Let the call's done.args or done.returns name the value of ${names}, then run again: the call is sent if the chain shows another value.`,
  });
}

/** A transaction to an address without code succeeds and does nothing. */
function contractGone(inputs: Inputs): ChainfleetError {
  return new ChainfleetError({
    code: "CALLED_CONTRACT_MISSING",
    summary: `${inputs.call} on ${inputs.chain.name}: there is no code at ${inputs.to}, so ${inputs.description} would do nothing. The block with the contract may have been undone by a reorganisation, or the chain may have been reset. Nothing was sent.`,
    next: "Let the state follow the chain with pulumi refresh, then run again. On a chain that reorganises, raise the chain's confirmations.",
  });
}
