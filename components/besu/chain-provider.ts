import { isDeepStrictEqual } from "node:util";
import type { FullProvider } from "../dynamic-resource";
import { ChainfleetError } from "../error";
import type { ChainParameters } from "./genesis";

/** The provider of Chain. It refuses every change of a parameter once the chain exists. */
export const provider: FullProvider = {
  check: async (olds: Inputs, news: Inputs) => ({
    inputs: news,
    failures: parameterChanges(olds.parameters, news.parameters).map((change) => ({
      property: `parameters.${change.parameter}`,
      reason: refusal(change).message,
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

/** A parameter whose configured value differs from the value in the genesis block. Values are JSON texts. */
interface ParameterChange {
  readonly parameter: string;
  readonly genesisValue: string;
  readonly configuredValue: string;
}

function parameterChanges(
  genesis: ChainParameters | undefined,
  configured: ChainParameters | undefined,
): ParameterChange[] {
  if (genesis === undefined || configured === undefined) {
    return [];
  }
  const parameters = [...new Set([...Object.keys(genesis), ...Object.keys(configured)])];
  return (parameters as (keyof ChainParameters)[])
    .filter((parameter) => !isDeepStrictEqual(genesis[parameter], configured[parameter]))
    .map((parameter) => ({
      parameter,
      genesisValue: JSON.stringify(genesis[parameter]),
      configuredValue: JSON.stringify(configured[parameter]),
    }));
}

function refusal({ parameter, genesisValue, configuredValue }: ParameterChange): ChainfleetError {
  return new ChainfleetError({
    code: "CHAIN_PARAMETER_FIXED",
    summary:
      `${parameter} is ${configuredValue}, but the genesis block of the existing chain has ${genesisValue}. ` +
      "A genesis block cannot change. No resource was changed.",
    next: `Set ${parameter} back to ${genesisValue}, or create a new network in a stack of its own.`,
  });
}
