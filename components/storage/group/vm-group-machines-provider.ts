import type { FullProvider } from "../../engine/dynamic-resource";
import { Cluster } from "../kubevirt/cluster";
import { openRun } from "../run/open-run";
import { groupSelector } from "../vm/names";
import { bootGroup } from "./boot";
import { changedInputs, type GroupInputs, type GroupTest, testKey } from "./group-inputs";
import { deleteSelected, SHORTEST_DELETION_SECONDS } from "./objects";

/** What the machines of a group are given. */
export interface VmGroupInputs extends GroupInputs {
  /** The tests of the group in their order, each with its definition: a changed test needs machines. */
  readonly tests: readonly (GroupTest & { readonly definition: string })[];
}

interface State extends VmGroupInputs {
  readonly booted: boolean;
  readonly error: string;
}

/** Behind VmGroupMachines. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: State, news: VmGroupInputs) => {
    const replaces = [
      ...changedInputs(olds, news),
      ...(JSON.stringify(olds.tests) === JSON.stringify(news.tests) ? [] : ["tests"]),
      ...(olds.error === "" ? [] : ["error"]),
    ];
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: false };
  },
  create: async (inputs: VmGroupInputs) => {
    const { checkpoint } = await openRun(inputs);
    // After a killed run the tests may be done although the state does not know so.
    const isDone = (test: GroupTest) => inputs.runIsGiven && checkpoint.has(testKey(inputs, test));
    const first = inputs.tests.find((test) => !isDone(test));
    const boot = first === undefined ? undefined : await bootGroup(inputs, first);
    return {
      id: `${inputs.run}/${inputs.group.key}`,
      outs: {
        ...inputs,
        booted: boot?.kind === "booted",
        error: boot?.kind === "failed" ? boot.error : "",
      } satisfies State,
    };
  },
  read: async (id, props) => ({ id, props }),
  update: async (_id, olds, news) => ({ outs: { ...olds, ...news } }),
  delete: async (_id, state: State) => {
    const { namespace, run, group, bootSeconds } = state;
    await deleteSelected(
      new Cluster(state.cluster),
      { namespace, selector: groupSelector(run, group) },
      Math.max(bootSeconds, SHORTEST_DELETION_SECONDS),
      () => {},
    );
  },
};
