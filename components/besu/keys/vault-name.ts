import { createHash } from "node:crypto";
import type { Address } from "viem";

/*
 * The names of what Azure keeps after a deletion. A deleted vault or secret occupies its name until its retention ends, so
 * both names depend on a validator's address: new keys get new names, and a key that comes back finds what was kept of it.
 */

/** What the name of a vault depends on. */
export interface VaultNameArgs {
  /** @example "chain138" */
  readonly network: string;
  /** @example "eastus" */
  readonly region: string;
  /** The address of the region's first validator, in lower case. */
  readonly address: Address;
}

/**
 * The name of a region's vault. Names of vaults are unique in all of Azure and have 3 to 24 characters:
 * https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name
 *
 * @example "chain138-0f1e2d3c4b5"
 */
export function vaultName({ network, region, address }: VaultNameArgs): string {
  const digest = createHash("sha256").update(`${network}/${region}/${address}`).digest("hex");
  const prefix = network.slice(0, LONGEST_PREFIX).replace(/-+/g, "-").replace(/-$/, "");
  return `${prefix}-${digest.slice(0, 24 - 1 - LONGEST_PREFIX)}`;
}

const LONGEST_PREFIX = 12;

/** The name of the secret with a validator's key. @example "validator-0-7e5f4552091a69125d5dfcb7b8c2659029395bdf" */
export function vaultSecretName(objectName: string, address: Address): string {
  return `${objectName}-${address.slice("0x".length)}`;
}
