import { ApiException, CustomObjectsApi } from "@kubernetes/client-node";
import { parse } from "yaml";
import { roleLabels } from "../role";
import { objectNameOf } from "./key-secret";
import type { RegionNamespace } from "./keys-in-cluster";
import { PROVIDER_CLASS_GROUP, PROVIDER_CLASS_VERSION } from "./secret-provider-class";

/** A validator's key in the store of a cloud. */
export type StoredKey = KeyInVault | KeyInSecretsManager;

/** A validator's key in an Azure Key Vault. */
export interface KeyInVault {
  readonly store: "keyVault";
  /** Name of the vault. */
  readonly vault: string;
  /** Name of the secret. */
  readonly secret: string;
}

/** A validator's key in AWS Secrets Manager. */
export interface KeyInSecretsManager {
  readonly store: "secretsManager";
  readonly secretArn: string;
}

/**
 * Where the keys of the validators in a region's cluster are that the cluster itself does not have, by the name of the
 * validator's Kubernetes objects. Empty if the namespace does not exist, or the cluster has no Secrets Store CSI driver.
 *
 * Needs the verb `list` on SecretProviderClasses of the namespace.
 *
 * @throws Error if the cluster does not answer, or refuses.
 */
export async function keysInStores({
  config,
  namespace,
}: RegionNamespace): Promise<ReadonlyMap<string, StoredKey>> {
  const classes = await config
    .makeApiClient(CustomObjectsApi)
    .listNamespacedCustomObject({
      group: PROVIDER_CLASS_GROUP,
      version: PROVIDER_CLASS_VERSION,
      plural: "secretproviderclasses",
      namespace,
      labelSelector: Object.entries(roleLabels("validator"))
        .map(([key, value]) => `${key}=${value}`)
        .join(","),
    })
    .catch((error: unknown) => {
      if (error instanceof ApiException && error.code === 404) {
        return { items: [] };
      }
      throw error;
    });
  return new Map(
    (classes as ProviderClasses).items.flatMap(({ metadata, spec }) => {
      const name = objectNameOf(metadata?.name ?? "");
      const stored = spec === undefined ? undefined : storedKey(spec);
      return name === undefined || stored === undefined ? [] : [[name, stored] as const];
    }),
  );
}

interface ProviderClasses {
  readonly items: readonly {
    readonly metadata?: { readonly name?: string };
    readonly spec?: ProviderClassSpec;
  }[];
}

interface ProviderClassSpec {
  readonly provider?: string;
  readonly parameters?: Readonly<Record<string, string | undefined>>;
}

/** The key that a class mounts: its first object. */
function storedKey({ provider, parameters = {} }: ProviderClassSpec): StoredKey | undefined {
  const list: unknown = parse(parameters.objects ?? "");
  if (provider === "aws") {
    const secretArn = nameOf((list as readonly unknown[] | null)?.[0]);
    return secretArn === undefined ? undefined : { store: "secretsManager", secretArn };
  }
  // Azure's list is YAML whose entries are texts of YAML.
  const entry = (list as { readonly array?: readonly string[] } | null)?.array?.[0];
  const secret = entry === undefined ? undefined : nameOf(parse(entry));
  const { keyvaultName: vault } = parameters;
  return vault === undefined || secret === undefined ? undefined : { store: "keyVault", vault, secret };
}

function nameOf(mounted: unknown): string | undefined {
  const { objectName } = (mounted ?? {}) as { readonly objectName?: unknown };
  return typeof objectName === "string" ? objectName : undefined;
}
