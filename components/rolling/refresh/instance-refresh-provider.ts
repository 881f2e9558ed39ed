import type { FullProvider } from "../../engine/dynamic-resource";
import type { RefreshInputs } from "./request";
import { runRefresh } from "./run-refresh";

type State = RefreshInputs & { readonly refreshId: string };

/** Behind InstanceRefresh. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: State, news: RefreshInputs) => {
    const replaces = [
      ...(olds.region === news.region ? [] : ["region"]),
      ...(olds.autoScalingGroup === news.autoScalingGroup ? [] : ["autoScalingGroup"]),
      ...(olds.template.id === news.template.id ? [] : ["template"]),
      ...(olds.version === news.version ? [] : ["version"]),
    ];
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: false };
  },
  create: async (inputs: RefreshInputs) => {
    // Pulumi shows what a provider prints in the display of the run.
    const refreshId = await runRefresh(inputs, (line) => console.log(line));
    return { id: `${inputs.autoScalingGroup}/${refreshId}`, outs: { ...inputs, refreshId } };
  },
  // A refresh is an event: what became of it later is no change of this resource.
  read: async (id, props) => ({ id, props }),
  update: async (_id, olds, news) => ({ outs: { ...olds, ...news } }),
  delete: async () => {},
};
