import type { InvokeOptions } from "@pulumi/pulumi";
import type { Hex } from "viem";
import type { KeyInSecretsManager, KeyInVault, StoredKey } from "../../components/besu/keys/keys-in-stores";
import { fullName } from "../../components/naming";

/** A region whose keys are in the store of its cloud. */
export interface StoredRegion {
  /** Name of the network. */
  readonly network: string;
  /** Name of the region. */
  readonly region: string;
  /** By the name of the validator's Kubernetes objects. Not empty. */
  readonly references: ReadonlyMap<string, StoredKey>;
  /** Of the calls to the cloud: the provider of the region's subscription or location. */
  readonly options: InvokeOptions;
  /** Seconds after which a vault counts as silent. */
  readonly timeoutSeconds: number;
}

/**
 * Reads the keys of a region's validators in the store of its cloud, with the credentials with which the cloud is asked. They need
 * the right to read the secrets.
 *
 * @returns the private keys by the name of the validator's Kubernetes objects; unchecked text.
 * @throws Error if the cloud or its store does not answer, or refuses.
 */
export async function storedKeys(region: StoredRegion): Promise<ReadonlyMap<string, Hex>> {
  const read = await readerOf(region);
  const keys = [...region.references].map(
    async ([validator, stored]) => [validator, (await read(stored)).trim() as Hex] as const,
  );
  return new Map(await Promise.all(keys));
}

type Reader = (stored: StoredKey) => Promise<string>;

/** Vaults want a token, which is asked for once. */
async function readerOf(region: StoredRegion): Promise<Reader> {
  const token = [...region.references.values()].some(({ store }) => store === "keyVault")
    ? await vaultToken(region)
    : "";
  return (stored) =>
    stored.store === "keyVault" ? inVault(stored, region, token) : inSecretsManager(stored, region);
}

async function vaultToken({ options }: StoredRegion): Promise<string> {
  const { getClientToken } =
    require("@pulumi/azure-native/authorization") as typeof import("@pulumi/azure-native/authorization");
  const { token } = await getClientToken({ endpoint: VAULTS }, options);
  return token;
}

/** The audience of tokens for vaults. */
const VAULTS = "https://vault.azure.net";

async function inVault(
  { vault: vaultName, secret }: KeyInVault,
  { network, region, options, timeoutSeconds }: StoredRegion,
  token: string,
): Promise<string> {
  const { getVault } =
    require("@pulumi/azure-native/keyvault") as typeof import("@pulumi/azure-native/keyvault");
  const { properties } = await getVault({ resourceGroupName: fullName(network, region), vaultName }, options);
  // https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret
  const response = await fetch(`${properties.vaultUri}secrets/${secret}?api-version=7.4`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
  });
  if (!response.ok) {
    const place = `the vault ${vaultName} does not give the secret ${secret} (HTTP status ${response.status})`;
    throw new Error(
      response.status === 403
        ? `${place}: give yourself the role "Key Vault Secrets User" on the vault, and let it admit the address of this machine, as docs/keys.md says`
        : place,
    );
  }
  return ((await response.json()) as { readonly value: string }).value;
}

async function inSecretsManager(
  { secretArn: secretId }: KeyInSecretsManager,
  { options }: StoredRegion,
): Promise<string> {
  const { getSecretVersion } =
    require("@pulumi/aws/secretsmanager") as typeof import("@pulumi/aws/secretsmanager");
  try {
    return (await getSecretVersion({ secretId }, options)).secretString;
  } catch (error) {
    const { message } = error as Error;
    throw new Error(
      /AccessDenied/.test(message)
        ? `Secrets Manager does not give the secret ${secretId}: give yourself the right secretsmanager:GetSecretValue on it, as docs/keys.md says (${message})`
        : message,
    );
  }
}
