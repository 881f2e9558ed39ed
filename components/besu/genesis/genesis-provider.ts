import type { Address } from "viem";
import type { FullProvider } from "../../engine/dynamic-resource";
import { removalRefusal } from "../votes/removal";
import { type ChainParameters, genesisFile, genesisHash } from "./genesis";

/**
 * The provider of Genesis. It creates the genesis once; later changes of the inputs have no effect, and a config that takes
 * the chain its quorum is refused as long as nobody has voted.
 */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, { genesisValidators, validatorNames }: Outputs, { validators, isVoted }: Inputs) => {
    if (isVoted === true) {
      return { changes: false };
    }
    // Only the outputs know the validators in the genesis, and only `diff` gets the outputs. In a preview, the address of a
    // validator that is not created yet is no address.
    const names = new Map(
      genesisValidators.map((address) => [validatorNames?.[address] ?? address, address]),
    );
    const refusal = removalRefusal([...names.keys()].sort(), (name) =>
      validators.includes(names.get(name) as Address),
    );
    if (refusal !== undefined) {
      throw refusal;
    }
    return { changes: false };
  },
  create: async ({ parameters, validators, names }: Inputs) => {
    const genesis = genesisFile(parameters, validators);
    const hash = await genesisHash(genesis);
    const outs: Outputs = {
      file: JSON.stringify(genesis, null, 2),
      hash,
      genesisValidators: [...validators].sort(),
      validatorNames: Object.fromEntries(
        validators.map((address, index) => [address, names[index] ?? address]),
      ),
    };
    return { id: hash, outs };
  },
  read: async (id, props) => ({ id, props }),
  update: async (_id, olds) => ({ outs: olds }),
  delete: async () => {},
};

interface Inputs {
  readonly parameters: ChainParameters;
  readonly validators: readonly Address[];
  readonly names: readonly string[];
  readonly isVoted?: true;
}

interface Outputs {
  readonly file: string;
  readonly hash: string;
  readonly genesisValidators: readonly Address[];
  /** Absent in a state from before the names were recorded. */
  readonly validatorNames?: Readonly<Record<Address, string>>;
}
