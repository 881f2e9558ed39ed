import { type Address, getAddress, getContractAddress } from "viem";
import { ChainfleetError } from "../../error";
import { creationGas } from "./creation-gas";
import { findOrigin, placeOf } from "./origin";
import { compareRuntimeCode } from "./runtime-code";
import type { ContractSearch, Deployed, DeploymentStrategy, PendingDeployment } from "./strategy";

/**
 * Deploys by a plain transaction: the address follows from the sender's nonce, so the address is known when the
 * transaction is in a block. The contract counts as deployed when the sender has created it, with whatever nonce.
 */
export function create(): DeploymentStrategy {
  return {
    createsContract: true,
    needsDeterministicDeployer: false,
    isAddressPlanned: false,
    address: () => undefined,
    transaction: (initCode) => ({ data: initCode }),
    find: findCreated,
    deploy,
  };
}

async function deploy(deployment: PendingDeployment): Promise<Deployed> {
  const { name, chain, client, initCode, value, sender, after, send } = deployment;
  const result = await send({
    name,
    to: undefined,
    data: initCode,
    value,
    isIdempotent: false,
    after: after.map((dependency) => dependency.name),
    isDone: async () => (await findCreated(deployment)) !== undefined,
    gas: creationGas(deployment, { account: sender, data: initCode, value }),
  });
  if (result.kind === "mined" && result.receipt.contract !== undefined) {
    const { contract, hash, block } = result.receipt;
    return { address: getAddress(contract), transaction: hash, block };
  }
  const address = await findCreated(deployment);
  if (address === undefined) {
    throw new ChainfleetError({
      code: "CONTRACT_NO_LONGER_VISIBLE",
      summary: `${name} on ${chain}: the node showed the contract a moment ago and does not show the contract any more.`,
      next: "Run again when the node is in step with the chain.",
    });
  }
  return placeOf(address, await findOrigin(client, address, ({ input }) => input === initCode));
}

/**
 * The contract that the sender created from this code and these arguments; the latest one if there are several. A run
 * that was killed, or a state that was lost, finds its contract again. Looks at the sender's last thousand nonces.
 */
async function findCreated({
  client,
  artifact,
  initCode,
  sender,
}: ContractSearch): Promise<Address | undefined> {
  const count = await client.getTransactionCount({ address: sender });
  const nonces = Array.from({ length: Math.min(count, SEARCHED_NONCES) }, (_, index) => count - 1 - index);
  const addresses = nonces.map((nonce) => getContractAddress({ from: sender, nonce: BigInt(nonce) }));
  const codes = await Promise.all(addresses.map((address) => client.getCode({ address })));
  for (const [index, address] of addresses.entries()) {
    if (compareRuntimeCode(codes[index], artifact).kind !== "same") {
      continue;
    }
    // The sender may have created the same code with other arguments.
    const origin = await findOrigin(client, address, ({ input }) => input === initCode);
    if (origin.kind === "state-pruned") {
      throw new ChainfleetError({
        code: "CONTRACT_ORIGIN_UNKNOWN",
        summary: `${artifact.name}: ${sender} has created a contract of this code before, at ${address}, and the node does not keep the states that would tell whether the arguments were the same. Nothing was sent.`,
        next: "If that contract is the right one, give its address as at. If not, use create: create2, or a node that keeps old states.",
      });
    }
    if (origin.kind === "transaction") {
      return address;
    }
  }
  return undefined;
}

const SEARCHED_NONCES = 1000;
