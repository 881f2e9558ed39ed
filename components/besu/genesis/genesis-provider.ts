import type { Address } from "viem";
import type { FullProvider } from "../../dynamic-resource";
import { type ChainParameters, genesisFile, genesisHash } from "./genesis";

/** The provider of Genesis. It creates the genesis once; later changes of the inputs have no effect. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async () => ({ changes: false }),
  create: async ({ parameters, validators }: { parameters: ChainParameters; validators: Address[] }) => {
    const genesis = genesisFile(parameters, validators);
    const hash = await genesisHash(genesis);
    return {
      id: hash,
      outs: { file: JSON.stringify(genesis, null, 2), hash, genesisValidators: [...validators].sort() },
    };
  },
  read: async (id, props) => ({ id, props }),
  update: async (_id, olds) => ({ outs: olds }),
  delete: async () => {},
};
