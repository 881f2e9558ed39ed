import { type Address, concat, getAddress, type Hex, keccak256, type PublicClient, size } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import type { FullProvider } from "../../dynamic-resource";
import { ChainfleetError } from "../../error";
import { PROJECT_ROOT } from "../../root";
import type { Artifact } from "../build/artifact";
import { readArtifact } from "../build/build";
import type { Done } from "../lane/job";
import { laneOf } from "../lane/lanes";
import { clientOf } from "../rpc/client";
import { hasCode } from "../rpc/code";
import { askEndpoint, atEndpoint } from "../rpc/endpoint";
import { eventually } from "../rpc/eventually";
import { configSecret, rememberConfig } from "../sender/config-secret";
import { accountOf } from "../sender/sender";
import { createJob, findCreated } from "./create";
import { create2Data, create2Job, DETERMINISTIC_DEPLOYER, saltOf } from "./create2";
import type { Creation } from "./creation";
import type { ForgeDeploymentArgs } from "./deployment";
import { madeBy } from "./origin";
import { compareRuntimeCode } from "./runtime-code";

/** The arguments as they come out of the engine. */
type Inputs = Omit<ForgeDeploymentArgs, "rpcUrl" | "encodedArguments" | "initCodeHash" | "plannedAddress"> & {
  readonly rpcUrl: string;
  readonly encodedArguments: Hex;
  readonly initCodeHash: Hex;
  readonly plannedAddress?: Address;
};

/** Where a contract is and what made it. */
interface Made {
  readonly address: Address;
  readonly transaction: Hex | "";
  readonly block: number;
}

/** Behind ForgeDeployment. */
export const provider: FullProvider = {
  configure: async ({ config }) => rememberConfig(config),
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: Inputs, news: Inputs) => {
    // The sender's key and the fees are ways to the same contract, and so is the build. A refresh asks the endpoint.
    const replaces = [
      ...(olds.chain.chainId === news.chain.chainId ? [] : ["chain"]),
      ...(olds.plannedAddress === news.plannedAddress ? [] : ["plannedAddress"]),
      ...(olds.initCodeHash === news.initCodeHash ? [] : ["initCodeHash"]),
      ...(JSON.stringify(olds.method) === JSON.stringify(news.method) ? [] : ["method"]),
      // Of one that is there already the code was compared with the contract's.
      ...(news.method.kind !== "existing" || olds.contract === news.contract ? [] : ["contract"]),
    ];
    const changes = replaces.length > 0 || olds.rpcUrl !== news.rpcUrl;
    return { changes, replaces, deleteBeforeReplace: false };
  },
  create: async (inputs: Inputs) => {
    const made = await atEndpoint(inputs.chain, inputs.rpcUrl, (url) => make(inputs, url));
    return { id: `${inputs.chain.chainId}/${made.address}`, outs: { ...inputs, ...made } };
  },
  read: async (id, props: Inputs & Made) => {
    const found = await askEndpoint(props.chain, props.rpcUrl, (url) =>
      hasCode(clientOf(url), props.address),
    );
    return found ? { id, props } : { id: "", props: {} };
  },
  update: async (_id, olds, news) => ({ outs: { ...olds, ...news } }),
  delete: async () => {},
};

async function make(inputs: Inputs, rpcUrl: string): Promise<Made> {
  const { method } = inputs;
  const client = clientOf(rpcUrl);
  const artifact = readArtifact(PROJECT_ROOT, inputs.build, inputs.contract);
  if (method.kind === "existing") {
    await expectCode(inputs, method.address, artifact, client, method.codeHash);
    return { address: method.address, transaction: "", block: 0 };
  }
  const creation = creationOf(inputs, artifact);
  const account = await accountOf(inputs.sender, configSecret);
  const lane = laneOf(inputs.chain, rpcUrl, account);
  if (method.kind === "create2") {
    const salt = saltOf(method.salt);
    const done = await lane.do(create2Job(creation, salt, client));
    return madeByDeployer(inputs, create2Data(salt, creation.initCode), done, artifact, client);
  }
  const done = await lane.do(createJob(creation, account.address, artifact, client));
  return madeBySender(inputs, creation.initCode, done, account, artifact, client);
}

async function madeByDeployer(
  inputs: Inputs,
  data: Hex,
  done: Done,
  artifact: Artifact,
  client: PublicClient,
): Promise<Made> {
  const address = inputs.plannedAddress as Address;
  if (done !== undefined) {
    await expectMade(inputs, address, client);
    return { address, transaction: done.hash, block: done.block };
  }
  await expectCode(inputs, address, artifact, client);
  const origin = await madeBy(
    client,
    address,
    ({ to, input }) => to?.toLowerCase() === DETERMINISTIC_DEPLOYER && input === data,
  );
  return typeof origin === "string"
    ? { address, transaction: "", block: 0 }
    : { address, transaction: origin.hash, block: origin.block };
}

async function madeBySender(
  inputs: Inputs,
  initCode: Hex,
  done: Done,
  { address: sender }: PrivateKeyAccount,
  artifact: Artifact,
  client: PublicClient,
): Promise<Made> {
  if (done?.contract !== undefined) {
    return { address: getAddress(done.contract), transaction: done.hash, block: done.block };
  }
  const address = await findCreated(initCode, sender, artifact, client);
  if (address === undefined) {
    throw new ChainfleetError({
      code: "TODO",
      summary: `${inputs.deployment} on ${inputs.chain.name}: the node that had it does not show it any more.`,
      next: "Run again when the node is in step with the chain.",
    });
  }
  const origin = await madeBy(client, address, ({ input }) => input === initCode);
  return typeof origin === "string"
    ? { address, transaction: "", block: 0 }
    : { address, transaction: origin.hash, block: origin.block };
}

/** A transaction to a deployer that is not there succeeds and makes nothing. */
async function expectMade(
  { deployment, chain }: Inputs,
  address: Address,
  client: PublicClient,
): Promise<void> {
  if (!(await eventually(() => hasCode(client, address)))) {
    throw new ChainfleetError({
      code: "TODO",
      summary: `${deployment} on ${chain.name}: the transaction went through, but there is no code at ${address}. The chain may have been begun anew.`,
      next: "Let the state follow the chain with pulumi refresh, then run again.",
    });
  }
}

/** Reads what is to be sent, and makes sure that it is what was planned. */
function creationOf(inputs: Inputs, artifact: Artifact): Creation {
  const initCode = concat([artifact.creationCode, inputs.encodedArguments]);
  if (keccak256(initCode) !== inputs.initCodeHash) {
    throw new ChainfleetError({
      code: "TODO",
      summary: `${inputs.deployment} on ${inputs.chain.name}: build ${inputs.build} is not the one that was planned with; nothing was sent.`,
      next: "Start the run again.",
    });
  }
  return {
    name: inputs.deployment,
    initCode,
    abi: artifact.abi,
    runtimeBytes: size(artifact.runtimeCode),
    after: inputs.after,
  };
}

/** @throws ChainfleetError unless the address has the contract's code, or code of the hash that config gives. */
async function expectCode(
  { deployment, chain }: Inputs,
  address: Address,
  artifact: Artifact,
  client: PublicClient,
  codeHash?: Hex,
): Promise<void> {
  const code = await client.getCode({ address });
  const likeness = codeHash === undefined ? compareRuntimeCode(code, artifact) : compareHash(code, codeHash);
  if (likeness.is === "nothing there") {
    throw new ChainfleetError({
      code: "TODO",
      summary: `${deployment} on ${chain.name}: there is no code at ${address}.`,
      next: "Correct the address in the config, or leave it out to deploy the contract.",
    });
  }
  if (likeness.is === "other") {
    throw new ChainfleetError({
      code: "TODO",
      summary: `${deployment} on ${chain.name}: ${address} has other code than expected.\n  there:    ${likeness.there}\n  expected: ${likeness.expected}`,
      next:
        codeHash === undefined
          ? `The hashes are of the code without metadata and immutables. If it is the right contract, say so beside \`at: "${address}"\` with \`codeHash: "${keccak256(code ?? "0x")}"\`; else correct the address or the contract.`
          : "The hashes are keccak256 of the whole code. Correct the config's address or codeHash.",
    });
  }
}

function compareHash(code: Hex | undefined, expected: Hex) {
  if (code === undefined || code === "0x") {
    return { is: "nothing there" } as const;
  }
  const there = keccak256(code);
  return there === expected ? ({ is: "same" } as const) : ({ is: "other", there, expected } as const);
}
