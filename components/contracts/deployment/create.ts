import { type Address, getContractAddress, type Hex, type PublicClient } from "viem";
import { ChainfleetError } from "../../error";
import type { Artifact } from "../build/artifact";
import type { Job } from "../lane/job";
import { type Creation, creationGas } from "./creation";
import { madeBy } from "./origin";
import { compareRuntimeCode } from "./runtime-code";

/** The transaction that makes a contract by itself. It is done when the sender has made it, at whatever nonce. */
export function createJob(
  creation: Creation,
  sender: Address,
  artifact: Artifact,
  client: PublicClient,
): Job {
  const data = creation.initCode;
  return {
    name: creation.name,
    to: undefined,
    data,
    value: 0n,
    isIdempotent: false,
    after: creation.after,
    isDone: async () => (await findCreated(creation.initCode, sender, artifact, client)) !== undefined,
    gas: creationGas(creation, client, { account: sender, data }),
  };
}

/**
 * The contract that the sender made from this code and these arguments, the latest if there are several: a run that
 * was killed, or a state that was lost, finds its contract again. Looks at the sender's last thousand transactions.
 */
export async function findCreated(
  initCode: Hex,
  sender: Address,
  artifact: Artifact,
  client: PublicClient,
): Promise<Address | undefined> {
  const count = await client.getTransactionCount({ address: sender });
  const nonces = Array.from({ length: Math.min(count, NONCES) }, (_, index) => count - 1 - index);
  const addresses = nonces.map((nonce) => getContractAddress({ from: sender, nonce: BigInt(nonce) }));
  const codes = await Promise.all(addresses.map((address) => client.getCode({ address })));
  for (const [index, address] of addresses.entries()) {
    if (compareRuntimeCode(codes[index], artifact).is === "same") {
      // The same code may have been made with other arguments.
      const origin = await madeBy(client, address, ({ input }) => input === initCode);
      if (origin === "not known") {
        throw new ChainfleetError({
          code: "TODO",
          summary: `${artifact.name}: ${sender} has made a contract of this code before, at ${address}, and the node does not keep the states that would tell whether with these arguments. Nothing was sent.`,
          next: "If it is the one, give its address as at; if not, use create: create2, or a node that keeps old states.",
        });
      }
      if (origin !== "another transaction") {
        return address;
      }
    }
  }
  return undefined;
}

const NONCES = 1000;
