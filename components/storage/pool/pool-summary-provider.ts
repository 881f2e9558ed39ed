import type { FullProvider } from "../../engine/dynamic-resource";
import { poolSummaryLine } from "../results/records";
import { RunFolder, writeWhole } from "../run/run-folder";
import { countsOf, type PoolOutcome, poolFailure } from "./pool-outcome";

interface Inputs extends PoolOutcome {
  readonly results: string;
  readonly runIsGiven: boolean;
  readonly endedAt: readonly string[];
}

/** Behind PoolSummary. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: Inputs, news: Inputs) => ({
    changes:
      JSON.stringify([olds.outcomes, olds.endedAt, olds.leftovers]) !==
        JSON.stringify([news.outcomes, news.endedAt, news.leftovers]) ||
      (olds.run !== news.run && news.runIsGiven),
    replaces: [],
  }),
  create: async (inputs: Inputs) => ({ id: `${inputs.run}/${inputs.pool}`, outs: await summarize(inputs) }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, _olds, news: Inputs) => ({ outs: await summarize(news) }),
  delete: async () => {},
};

/** @throws ChainfleetError POOL_FAILED */
async function summarize(inputs: Inputs): Promise<Inputs> {
  const folder = new RunFolder(inputs.results, inputs.run);
  await writeWhole(folder.poolSummary(inputs.pool), poolSummaryLine(countsOf(inputs)));
  const failure = poolFailure(inputs);
  if (failure !== undefined) {
    throw failure;
  }
  return inputs;
}
