import type { FullProvider } from "../../engine/dynamic-resource";
import { untilSshAnswers } from "./host-key";

interface Inputs {
  readonly instanceId: string;
  readonly host: string;
  readonly port: number;
  readonly budgetSeconds: number;
}

/** Behind SshHost. Only another instance or address replaces it: the credentials of the first run are kept. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: Inputs, news: Inputs) => {
    const replaces = (["instanceId", "host"] as const).filter((name) => olds[name] !== news[name]);
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: false };
  },
  create: async (inputs: Inputs) => {
    const hostKey = await untilSshAnswers(inputs, inputs.budgetSeconds);
    return { id: inputs.instanceId, outs: { ...inputs, hostKey } };
  },
  // The server ends with its instance, whose own resource notices that.
  read: async (id, props) => ({ id, props }),
  update: async (_id, olds) => ({ outs: olds }),
  delete: async () => {},
};
