import { existsSync } from "node:fs";
import type { FullProvider } from "../../engine/dynamic-resource";
import type { RunRecord } from "../results/records";
import { RunFolder, writeWhole } from "./run-folder";
import type { StorageRunArgs } from "./storage-run";

/** Behind StorageRun. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: StorageRunArgs, news: StorageRunArgs) => ({
    changes:
      olds.fingerprint !== news.fingerprint ||
      JSON.stringify(olds.cells) !== JSON.stringify(news.cells) ||
      (olds.run !== news.run && news.runIsGiven),
    replaces: [],
  }),
  create: async (args: StorageRunArgs) => {
    await begin(args);
    return { id: args.run, outs: args };
  },
  read: async (id, props) => ({ id, props }),
  update: async (_id, _olds, news: StorageRunArgs) => {
    await begin(news);
    return { outs: news };
  },
  delete: async () => {},
};

/** A run that the user has named and that has begun keeps its record: the program has compared the record with the config. */
async function begin({ results, runIsGiven, ...rest }: StorageRunArgs): Promise<void> {
  const folder = new RunFolder(results, rest.run);
  if (runIsGiven && existsSync(folder.runFile)) {
    return;
  }
  const { run, mode, environment, fingerprint, selection, cells } = rest;
  const record: RunRecord = {
    run,
    startedAt: new Date().toISOString(),
    mode,
    environment,
    fingerprint,
    selection,
    cells,
  };
  await writeWhole(folder.runFile, `${JSON.stringify(record, undefined, 2)}\n`);
}
