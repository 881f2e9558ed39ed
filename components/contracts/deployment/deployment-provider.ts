import { type Address, concat, type Hex, keccak256 } from "viem";
import type { FullProvider } from "../../engine/dynamic-resource";
import { ChainfleetError } from "../../error";
import { PROJECT_ROOT } from "../../root";
import { type Artifact, type LibraryAddresses, linkedCreationCode } from "../build/artifact";
import { readArtifact } from "../build/build";
import { laneOf } from "../lane/lanes";
import { clientOf } from "../rpc/client";
import { hasCode } from "../rpc/code";
import { readFromEndpoint, sendThroughEndpoint } from "../rpc/endpoint";
import { configSecret, rememberConfig } from "../sender/config-secret";
import { accountOf } from "../sender/sender";
import type { ForgeDeploymentArgs } from "./deployment";
import { strategyOf } from "./strategies";
import type { Deployed } from "./strategy";

/** The arguments as the engine hands them over: resolved. */
type Inputs = Omit<
  ForgeDeploymentArgs,
  "rpcUrl" | "encodedArguments" | "initCodeHash" | "plannedAddress" | "libraries" | "after"
> & {
  readonly libraries?: LibraryAddresses;
  readonly rpcUrl: string;
  readonly encodedArguments: Hex;
  readonly initCodeHash: Hex;
  readonly plannedAddress?: Address;
  readonly after: Readonly<Record<string, Address>>;
};

/** Behind ForgeDeployment. */
export const provider: FullProvider = {
  configure: async ({ config }) => rememberConfig(config),
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: Inputs, news: Inputs) => {
    const replaces = reasonsToReplace(olds, news);
    // The key, the fees and the build lead to the same contract. A new endpoint is an update, because a refresh asks it.
    const changes = replaces.length > 0 || olds.rpcUrl !== news.rpcUrl;
    return { changes, replaces, deleteBeforeReplace: false };
  },
  create: async (inputs: Inputs) => {
    const deployed = await sendThroughEndpoint(inputs.chain, inputs.rpcUrl, (url) => deploy(inputs, url));
    return { id: `${inputs.chain.chainId}/${deployed.address}`, outs: { ...inputs, ...deployed } };
  },
  read: async (id, props: Inputs & Deployed) => {
    const found = await readFromEndpoint(props.chain, props.rpcUrl, (url) =>
      hasCode(clientOf(url), props.address),
    );
    return found ? { id, props } : { id: "", props: {} };
  },
  update: async (_id, olds, news) => ({ outs: { ...olds, ...news } }),
  delete: async () => {},
};

function reasonsToReplace(olds: Inputs, news: Inputs): string[] {
  return [
    ...(olds.chain.chainId === news.chain.chainId ? [] : ["chain"]),
    ...(olds.plannedAddress === news.plannedAddress ? [] : ["plannedAddress"]),
    ...(olds.initCodeHash === news.initCodeHash ? [] : ["initCodeHash"]),
    ...(JSON.stringify(olds.method) === JSON.stringify(news.method) ? [] : ["method"]),
    // The code of an existing contract was compared with the artifact of this name; nothing else shows the change.
    ...(strategyOf(news.method).createsContract || olds.contract === news.contract ? [] : ["contract"]),
  ];
}

async function deploy(inputs: Inputs, rpcUrl: string): Promise<Deployed> {
  const { deployment, method, after, chain, sender } = inputs;
  const artifact = readArtifact(PROJECT_ROOT, inputs.build, inputs.contract);
  const strategy = strategyOf(method);
  return strategy.deploy({
    name: deployment,
    chain: chain.name,
    artifact,
    initCode: strategy.createsContract ? plannedInitCode(inputs, artifact) : "0x",
    value: BigInt(inputs.value ?? 0),
    sender: sender.address,
    after: Object.entries(after).map(([name, address]) => ({ name, address })),
    client: clientOf(rpcUrl),
    send: async (job) => laneOf(chain, rpcUrl, await accountOf(sender, configSecret)).do(job),
  });
}

/** @throws ChainfleetError unless the artifact and the arguments give the init code that was planned. */
function plannedInitCode(inputs: Inputs, artifact: Artifact): Hex {
  const creationCode = linkedCreationCode(artifact, inputs.libraries ?? {});
  const initCode = concat([creationCode, inputs.encodedArguments]);
  if (keccak256(initCode) !== inputs.initCodeHash) {
    throw new ChainfleetError({
      code: "BUILD_CHANGED",
      summary: `${inputs.deployment} on ${inputs.chain.name}: build ${inputs.build} is not the build that was planned with; nothing was sent.`,
      next: "Start the run again.",
    });
  }
  return initCode;
}
