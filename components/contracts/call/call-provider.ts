import type { Address, Hex, PublicClient } from "viem";
import type { FullProvider } from "../../dynamic-resource";
import { ChainfleetError } from "../../error";
import { PROJECT_ROOT } from "../../root";
import { readArtifact } from "../build/build";
import type { Job } from "../lane/job";
import { laneOf } from "../lane/lanes";
import { clientOf } from "../rpc/client";
import { askEndpoint, atEndpoint } from "../rpc/endpoint";
import { eventually } from "../rpc/eventually";
import { withMargin } from "../rpc/gas";
import { revertReason } from "../rpc/revert";
import { configSecret, rememberConfig } from "../sender/config-secret";
import { accountOf } from "../sender/sender";
import type { ContractCallArgs } from "./call";
import { type DoneQuestion, difference, isDone } from "./done";

/** The arguments as they come out of the engine. */
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
    // The description is of the same transaction; the key is a way to it, the build knows errors. A later refresh asks the endpoint.
    changes:
      olds.chain.chainId !== news.chain.chainId ||
      (["rpcUrl", "to", "data", "done"] as const).some(
        (key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]),
      ),
    replaces: olds.chain.chainId === news.chain.chainId ? [] : ["chain"],
    deleteBeforeReplace: false,
  }),
  create: async (inputs: Inputs) => ({
    id: `${inputs.chain.chainId}/${inputs.call}`,
    outs: { ...inputs, ...(await send(inputs)) },
  }),
  // What was undone since, or is on a chain that began anew, is to be made again.
  read: async (id, props: Inputs) => {
    const done = await askEndpoint(props.chain, props.rpcUrl, (url) => isDone(clientOf(url), props.done));
    return done ? { id, props } : { id: "", props: {} };
  },
  update: async (_id, { transaction, block }: Sent, news: Inputs) => {
    const sent = await send(news);
    return { outs: { ...news, ...(sent.transaction === "" ? { transaction, block } : sent) } };
  },
  delete: async () => {},
};

interface Sent {
  readonly transaction: Hex | "";
  readonly block: number;
}

function send(inputs: Inputs): Promise<Sent> {
  return atEndpoint(inputs.chain, inputs.rpcUrl, (url) => sendTo(inputs, url));
}

async function sendTo(inputs: Inputs, rpcUrl: string): Promise<Sent> {
  const client = clientOf(rpcUrl);
  // Before the key is asked for: what is done already needs none.
  if (await isDone(client, inputs.done)) {
    return { transaction: "", block: 0 };
  }
  const account = await accountOf(inputs.sender, configSecret);
  const done = await laneOf(inputs.chain, rpcUrl, account).do(jobOf(inputs, account.address, client));
  if (!(await eventually(() => isDone(client, inputs.done)))) {
    throw new ChainfleetError({
      code: "TODO",
      summary: `${inputs.call} on ${inputs.chain.name}: ${inputs.description} went through (${done?.hash ?? "no transaction"}), but by its \`done\` it is not: ${await difference(client, inputs.done)}.`,
      next: "Correct its done or its arguments before the next run, which would send it again.",
    });
  }
  return { transaction: done?.hash ?? "", block: done?.block ?? 0 };
}

function jobOf(inputs: Inputs, account: Address, client: PublicClient): Job {
  const { to, data } = inputs;
  return {
    // A lane may know a deployment of the same name.
    name: `call ${inputs.call}`,
    to,
    data,
    value: 0n,
    isIdempotent: false,
    after: [],
    isDone: () => isDone(client, inputs.done),
    gas: async () => {
      try {
        return withMargin(await client.estimateGas({ account, to, data }));
      } catch (error) {
        const { abi } = readArtifact(PROJECT_ROOT, inputs.build, inputs.contract);
        const reason = revertReason(error, abi);
        if (reason === undefined) {
          throw error;
        }
        throw new ChainfleetError({
          code: "TODO",
          summary: `${inputs.call} on ${inputs.chain.name}: ${inputs.description} would be reverted: ${reason}. Nothing was sent.`,
          next: "The contract refuses it: correct the call, its sender or what was done to the contract before.",
        });
      }
    },
  };
}
