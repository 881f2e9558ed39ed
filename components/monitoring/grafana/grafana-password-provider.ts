import { randomBytes, randomUUID } from "node:crypto";
import type { FullProvider } from "../../engine/dynamic-resource";

/** The provider of GrafanaPassword. A creation that is interrupted before the state has the password leaves nothing behind. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async () => ({ changes: false }),
  create: async () => ({ id: randomUUID(), outs: { password: randomBytes(24).toString("base64url") } }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, olds) => ({ outs: olds }),
  delete: async () => {},
};
