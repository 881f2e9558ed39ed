import { isDeepStrictEqual } from "node:util";
import type { FullProvider } from "../dynamic-resource";
import type { ChainParameters } from "./genesis";

/** Behind Chain: refuses to change what a living chain was born with. */
export const provider: FullProvider = {
  check: async (olds: Inputs, news: Inputs) => ({
    inputs: news,
    failures: alterations(olds.parameters, news.parameters).map(({ key, was, wanted }) => ({
      property: `parameters.${key}`,
      reason:
        `chainfleet:network.${key} is ${wanted}, but the living chain's genesis has ${was} and can never change; ` +
        "nothing was touched. Put the old value back, or make a new network in a stack of its own.",
    })),
  }),
  diff: async () => ({ changes: false }),
  create: async (inputs: Inputs) => ({ id: `chain-${inputs.parameters?.chainId}`, outs: inputs }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, olds) => ({ outs: olds }),
  delete: async () => {},
};

interface Inputs {
  readonly parameters?: ChainParameters;
}

/** Every parameter that differs. None before the chain exists. */
export function alterations(
  living: ChainParameters | undefined,
  wanted: ChainParameters | undefined,
): { key: string; was: string; wanted: string }[] {
  if (living === undefined || wanted === undefined) {
    return [];
  }
  const keys = [...new Set([...Object.keys(living), ...Object.keys(wanted)])] as (keyof ChainParameters)[];
  return keys
    .filter((key) => !isDeepStrictEqual(living[key], wanted[key]))
    .map((key) => ({ key, was: JSON.stringify(living[key]), wanted: JSON.stringify(wanted[key]) }));
}
