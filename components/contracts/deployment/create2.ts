import { type Address, concat, getCreate2Address, type Hex, keccak256, stringToHex } from "viem";
import { DETERMINISTIC_DEPLOYER } from "../../deterministic-deployer";
import { ChainfleetError } from "../../error";
import type { DeploymentMethod } from "../definitions/definitions";
import { initCodeHash } from "../definitions/init-code-hash";
import type { Job } from "../lane/job";
import { hasCode } from "../rpc/code";
import { waitUntilVisible } from "../rpc/wait-until-visible";
import { creationGas, type PlannedTransaction } from "./creation-gas";
import { findOrigin, placeOf } from "./origin";
import type { Deployed, DeploymentStrategy, PendingDeployment } from "./strategy";

/**
 * Deploys through the deterministic deployer: the address follows from the code, the arguments and the salt, so the
 * address is known before the transaction and is the same on every chain.
 */
export function create2({ salt }: DeploymentMethod & { readonly kind: "create2" }): DeploymentStrategy {
  const saltHash = saltOf(salt);
  const addressOf = (initCode: Hex) => create2Address(saltHash, initCode);
  return {
    createsContract: true,
    needsDeterministicDeployer: true,
    isAddressPlanned: true,
    address: addressOf,
    transaction: (initCode) => ({ to: DETERMINISTIC_DEPLOYER, data: concat([saltHash, initCode]) }),
    find: async ({ client, initCode }) => {
      const address = addressOf(initCode);
      return (await hasCode(client, address)) ? address : undefined;
    },
    deploy: (deployment) => deploy(deployment, saltHash),
  };
}

async function deploy(deployment: PendingDeployment, salt: Hex): Promise<Deployed> {
  const { name, chain, client, initCode } = deployment;
  const job = create2Job(deployment, salt);
  const address = create2Address(salt, initCode);
  const result = await deployment.send(job);
  if (result.kind === "already-done") {
    // The address commits to the init code, so whatever code is there was created by it. Comparing the code would refuse a
    // library, which has its own address in its code, and whatever else a constructor writes into the code.
    return placeOf(
      address,
      await findOrigin(
        client,
        address,
        ({ to, input }) => to?.toLowerCase() === DETERMINISTIC_DEPLOYER && input === job.data,
      ),
    );
  }
  // A transaction to a deployer that is not on the chain succeeds and creates nothing.
  if (!(await waitUntilVisible(() => hasCode(client, address)))) {
    throw new ChainfleetError({
      code: "CONTRACT_NOT_CREATED",
      summary: `${name} on ${chain}: transaction ${result.receipt.hash} succeeded, but there is no code at ${address}. The chain may have been reset.`,
      next: "Let the state follow the chain with pulumi refresh, then run again.",
    });
  }
  return { address, transaction: result.receipt.hash, block: result.receipt.block };
}

/** The transaction that creates a contract. Done if there is code at the contract's address, whoever created it. */
export function create2Job(
  deployment: PlannedTransaction & Partial<Pick<PendingDeployment, "value" | "sender">>,
  salt: Hex,
): Job {
  const { name, initCode, value = 0n, sender, after, client } = deployment;
  const address = create2Address(salt, initCode);
  const data = concat([salt, initCode]);
  return {
    name,
    to: DETERMINISTIC_DEPLOYER,
    data,
    value,
    isIdempotent: true,
    after: after.map((dependency) => dependency.name),
    isDone: () => hasCode(client, address),
    // The deterministic deployer hands the wei on to the constructor. A node estimates a payment only for an account with ether.
    gas: creationGas(deployment, {
      to: DETERMINISTIC_DEPLOYER,
      data,
      ...(value === 0n || sender === undefined ? {} : { account: sender, value }),
    }),
  };
}

/** A salt of the config as CREATE2 takes it: 32 bytes in hex are the salt itself, any other text is hashed. */
export function saltOf(text: string): Hex {
  return /^0x[0-9a-fA-F]{64}$/.test(text) ? (text.toLowerCase() as Hex) : keccak256(stringToHex(text));
}

/** The address of a contract that the deterministic deployer creates. */
export function create2Address(salt: Hex, initCode: Hex): Address {
  return getCreate2Address({ from: DETERMINISTIC_DEPLOYER, salt, bytecodeHash: initCodeHash(initCode) });
}
