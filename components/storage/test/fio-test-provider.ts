import type { FullProvider } from "../../engine/dynamic-resource";
import { changedInputs, testKey } from "../group/group-inputs";
import { runTest, type TestInputs, type TestOutcome } from "./run-test";

type State = TestInputs & TestOutcome;

/** Behind FioTest. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: State, news: TestInputs) => {
    const replaces = [
      ...changedInputs(olds, news),
      ...(olds.job === news.job ? [] : ["job"]),
      ...(JSON.stringify(olds.group) === JSON.stringify(news.group) ? [] : ["group"]),
      ...(JSON.stringify(olds.repeat) === JSON.stringify(news.repeat) ? [] : ["repeat"]),
      // The state knows a test whose results were deleted: a resumption runs the test again.
      ...(news.hasResult === false && olds.outcome === "passed" && olds.run === news.run
        ? ["hasResult"]
        : []),
      // A test that did not pass runs again.
      ...(olds.outcome === "passed" ? [] : ["outcome"]),
    ];
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: false };
  },
  create: async (inputs: TestInputs) => {
    const outcome = await runTest(inputs);
    return {
      id: `${inputs.run}/${testKey(inputs, inputs)}`,
      outs: { ...inputs, ...outcome } satisfies State,
    };
  },
  // A measurement is an event: nothing outside can change what was measured.
  read: async (id, props) => ({ id, props }),
  update: async (_id, olds, news) => ({ outs: { ...olds, ...news } }),
  // The results stay: they belong to the user, not to the stack.
  delete: async () => {},
};
