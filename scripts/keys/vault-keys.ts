import type { InvokeOptions } from "@pulumi/pulumi";
import type { Hex } from "viem";
import type { VaultReference } from "../../components/besu/keys/keys-in-stores";
import { fullName } from "../../components/naming";

/** A region whose keys are in a vault. */
export interface VaultedRegion {
  /** Name of the network. */
  readonly network: string;
  /** Name of the region. */
  readonly region: string;
  /** By the name of the validator's Kubernetes objects. Not empty. */
  readonly references: ReadonlyMap<string, VaultReference>;
  /** Of the calls to Azure: the provider of the region's subscription. */
  readonly options: InvokeOptions;
  /** Seconds after which a vault counts as silent. */
  readonly timeoutSeconds: number;
}

/**
 * Reads the keys of a region's validators in its vault, with the credentials with which Azure is asked. They need the right to
 * read the vault's secrets.
 *
 * @returns the private keys by the name of the validator's Kubernetes objects; unchecked text.
 * @throws Error if Azure or the vault does not answer, or refuses.
 */
export async function keysInVault({
  network,
  region,
  references,
  options,
  timeoutSeconds,
}: VaultedRegion): Promise<ReadonlyMap<string, Hex>> {
  const { getClientToken } =
    require("@pulumi/azure-native/authorization") as typeof import("@pulumi/azure-native/authorization");
  const { getVault } =
    require("@pulumi/azure-native/keyvault") as typeof import("@pulumi/azure-native/keyvault");
  const { token } = await getClientToken({ endpoint: VAULTS }, options);
  const keys = [...references].map(async ([validator, { vault: vaultName, secret }]) => {
    const { properties } = await getVault(
      { resourceGroupName: fullName(network, region), vaultName },
      options,
    );
    // https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret
    const response = await fetch(`${properties.vaultUri}secrets/${secret}?api-version=7.4`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    });
    if (!response.ok) {
      throw new Error(refusal({ vaultName, secret, status: response.status }));
    }
    const { value } = (await response.json()) as { readonly value: string };
    return [validator, value.trim() as Hex] as const;
  });
  return new Map(await Promise.all(keys));
}

/** The audience of tokens for vaults. */
const VAULTS = "https://vault.azure.net";

function refusal({
  vaultName,
  secret,
  status,
}: {
  readonly vaultName: string;
  readonly secret: string;
  readonly status: number;
}): string {
  const place = `the vault ${vaultName} does not give the secret ${secret} (HTTP status ${status})`;
  return status === 403
    ? `${place}: give yourself the role "Key Vault Secrets User" on the vault, and let it admit the address of this machine, as docs/keys.md says`
    : place;
}
