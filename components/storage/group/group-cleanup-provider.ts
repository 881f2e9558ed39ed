import type { FullProvider } from "../../engine/dynamic-resource";
import { reasonOf } from "../kubevirt/cluster";
import { openRun } from "../run/open-run";
import { groupSelector } from "../vm/names";
import { forgetMachines } from "./boot";
import type { GroupInputs } from "./group-inputs";
import { deleteSelected, SHORTEST_DELETION_SECONDS } from "./objects";

interface Inputs extends GroupInputs {
  readonly tests: readonly string[];
}

interface State extends Inputs {
  readonly error: string;
}

/** Behind GroupCleanup. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: State, news: Inputs) => ({
    changes:
      JSON.stringify(olds.tests) !== JSON.stringify(news.tests) ||
      (olds.run !== news.run && news.runIsGiven) ||
      olds.error !== "",
    replaces: [],
  }),
  create: async (inputs: Inputs) => ({
    id: `${inputs.run}/${inputs.group.key}/cleanup`,
    outs: { ...inputs, error: await cleanUp(inputs) } satisfies State,
  }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, _olds, news: Inputs) => ({
    outs: { ...news, error: await cleanUp(news) } satisfies State,
  }),
  delete: async () => {},
};

/** @returns why objects are left, or an empty text. A failure does not keep the pool's other groups from running. */
async function cleanUp(inputs: Inputs): Promise<string> {
  const { cluster, folder } = await openRun(inputs);
  const { namespace, run, group, bootSeconds } = inputs;
  await forgetMachines(inputs);
  try {
    await deleteSelected(
      cluster,
      { namespace, selector: groupSelector(run, group) },
      Math.max(bootSeconds, SHORTEST_DELETION_SECONDS),
      ({ machines, claims }) =>
        void folder.log(group.pool, `${group.key}: deleting ${machines} machines and ${claims} volumes`),
    );
    return "";
  } catch (error) {
    const reason = reasonOf(error);
    await folder.log(group.pool, `${group.key}: cleanup: ${reason}`);
    return reason;
  }
}
