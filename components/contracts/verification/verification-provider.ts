import type { FullProvider } from "../../engine/dynamic-resource";
import { ChainfleetError } from "../../error";
import { PROJECT_ROOT } from "../../root";
import { type ClaimedContract, claimOf } from "./claim";
import type { ExplorerSettings } from "./explorer";
import { type Result, verifyAt } from "./verify";

/** The arguments as the engine hands them over: resolved. */
interface Inputs extends ClaimedContract {
  readonly chain: { readonly name: string; readonly chainId: number; readonly configKey: string };
  readonly deployment: string;
  readonly explorers: readonly ExplorerSettings[];
}

/** Behind ForgeVerification. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: Inputs, news: Inputs) => ({
    // The build and the deploying transaction do not matter once the contract is verified.
    changes:
      olds.chain.chainId !== news.chain.chainId ||
      (["address", "initCodeHash", "explorers"] as const).some(
        (key) => JSON.stringify(olds[key]) !== JSON.stringify(news[key]),
      ),
    replaces: olds.chain.chainId === news.chain.chainId ? [] : ["chain"],
    deleteBeforeReplace: false,
  }),
  create: async (inputs: Inputs) => ({
    id: idOf(inputs),
    outs: { ...inputs, results: await verify(inputs) },
  }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, _olds, news: Inputs) => ({ outs: { ...news, results: await verify(news) } }),
  delete: async () => {},
};

function idOf({ chain, deployment }: Inputs): string {
  return `${chain.chainId}/${deployment}`;
}

/** @throws an error with the resource's id and properties, so that the engine keeps the resource and the next run tries again. */
async function verify(inputs: Inputs): Promise<Result[]> {
  const claim = claimOf(PROJECT_ROOT, inputs.chain.chainId, inputs);
  const results = await Promise.all(inputs.explorers.map((explorer) => verifyAt(explorer, claim)));
  const refusals = results.flatMap(({ explorer, why }) => (why === undefined ? [] : [`${explorer}: ${why}`]));
  if (refusals.length > 0) {
    const error = new ChainfleetError({
      code: "CONTRACT_NOT_VERIFIED",
      summary: `${inputs.deployment} on ${inputs.chain.name} (${inputs.address}) is not verified.\n${refusals.join("\n")}`,
      next: `The contract is deployed and works. To try again, run again or use chainfleet contracts verify. The explorers are set by ${inputs.chain.configKey}.explorers.`,
    });
    throw Object.assign(error, { id: idOf(inputs), properties: { ...inputs, results }, reasons: refusals });
  }
  return results;
}
