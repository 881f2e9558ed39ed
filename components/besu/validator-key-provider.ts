import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { FullProvider } from "../engine/dynamic-resource";

/** The provider of ValidatorKey. A creation that is interrupted before the state has the key leaves nothing behind. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async () => ({ changes: false }),
  create: async () => {
    const privateKey = generatePrivateKey();
    const account = privateKeyToAccount(privateKey);
    const address = account.address.toLowerCase();
    return { id: address, outs: { privateKey, nodeId: account.publicKey.slice(4), address } };
  },
  read: async (id, props) => ({ id, props }),
  update: async (_id, olds) => ({ outs: olds }),
  delete: async () => {},
};
