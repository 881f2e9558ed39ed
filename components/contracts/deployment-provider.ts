import { readFileSync } from "node:fs";
import { join } from "node:path";
import { concat, getAddress, type Hex, isHex, keccak256, parseGwei, size } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import type { FullProvider } from "../dynamic-resource";
import { ChainfleetError } from "../error";
import { parseArtifact } from "./artifact";
import { type Creation, create2Job } from "./create2";
import type { DeploymentChain, ForgeDeploymentArgs } from "./deployment";
import { clientOf, laneChain } from "./lane/chain";
import { Lane } from "./lane/lane";

type Inputs = Omit<ForgeDeploymentArgs, "chain"> & { readonly chain: DeploymentChain };

/** Behind ForgeDeployment. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: Inputs, news: Inputs) => {
    const replaces =
      olds.address === news.address && olds.chain.chainId === news.chain.chainId ? [] : ["address"];
    // The key's variable, the endpoint and the fee are ways to the same contract.
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: false };
  },
  create: async (inputs: Inputs) => {
    const creation = creationOf(inputs);
    const account = accountOf(inputs.keyVariable);
    const receipt = await laneOf(inputs, account).do(create2Job(creation, clientOf(inputs.chain.rpcUrl)));
    return {
      id: `${inputs.chain.chainId}/${inputs.address}`,
      outs: { ...inputs, transaction: receipt?.hash ?? "", block: receipt?.block ?? 0 },
    };
  },
  read: async (id, props: Inputs) => {
    const code = await clientOf(props.chain.rpcUrl).getCode({ address: props.address });
    return code === undefined || code === "0x" ? { id: "", props: {} } : { id, props };
  },
  update: async (_id, olds, news) => ({ outs: { ...olds, ...news } }),
  delete: async () => {},
};

/** Reads what is to be sent, and makes sure that it is what was planned. */
function creationOf(inputs: Inputs): Creation {
  const artifact = parseArtifact(
    inputs.contract,
    inputs.artifact,
    readFileSync(join(process.cwd(), inputs.artifact), "utf8"),
  );
  const initCode = concat([artifact.creationCode, inputs.encodedArguments]);
  if (keccak256(initCode) !== inputs.initCodeHash) {
    throw new ChainfleetError(
      `${inputs.contract} on ${inputs.chain.name}: ${inputs.artifact} has changed since the run began; nothing was sent.`,
      "Start the run again.",
    );
  }
  return {
    name: inputs.contract,
    salt: inputs.salt,
    initCode,
    runtimeBytes: size(artifact.runtimeCode),
    after: inputs.after,
  };
}

/** @throws ChainfleetError when the variable has no private key; it never says what it has. */
function accountOf(variable: string): PrivateKeyAccount {
  const key = process.env[variable] ?? "";
  if (!isHex(key) || size(key as Hex) !== 32) {
    throw new ChainfleetError(
      `The environment variable ${variable} ${key === "" ? "is not set" : "has no private key (0x and 64 hex digits)"}.`,
      "Set it to the deployer's private key for this command alone.",
    );
  }
  return privateKeyToAccount(key as Hex);
}

/** All deployments run in one process: here is the one lane of each sender on each chain. */
const lanes = new Map<string, Lane>();

function laneOf({ chain }: Inputs, account: PrivateKeyAccount): Lane {
  const key = `${chain.chainId} ${getAddress(account.address)} ${chain.rpcUrl}`;
  const lane =
    lanes.get(key) ??
    new Lane(laneChain({ ...chain, feeCeiling: parseGwei(String(chain.feeCeilingGwei)) }, account));
  lanes.set(key, lane);
  return lane;
}
