import { ApiException, CustomObjectsApi } from "@kubernetes/client-node";
import { parse } from "yaml";
import { roleLabels } from "../role";
import { objectNameOf } from "./key-secret";
import type { RegionNamespace } from "./keys-in-cluster";
import { PROVIDER_CLASS_GROUP, PROVIDER_CLASS_VERSION } from "./secret-provider-class";

/** A validator's key in an Azure Key Vault. */
export interface VaultReference {
  /** Name of the vault. */
  readonly vault: string;
  /** Name of the secret. */
  readonly secret: string;
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
}: RegionNamespace): Promise<ReadonlyMap<string, VaultReference>> {
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
      const { keyvaultName: vault, objects } = spec?.parameters ?? {};
      const secret = mountedSecret(objects);
      return name === undefined || vault === undefined || secret === undefined
        ? []
        : [[name, { vault, secret }] as const];
    }),
  );
}

interface ProviderClasses {
  readonly items: readonly {
    readonly metadata?: { readonly name?: string };
    readonly spec?: { readonly parameters?: Readonly<Record<string, string | undefined>> };
  }[];
}

/** The list of a class is YAML whose entries are texts of YAML. */
function mountedSecret(objects: string | undefined): string | undefined {
  const list = objects === undefined ? undefined : (parse(objects) as { readonly array?: readonly string[] });
  const entry = list?.array?.[0];
  const name =
    entry === undefined ? undefined : (parse(entry) as { readonly objectName?: unknown }).objectName;
  return typeof name === "string" ? name : undefined;
}
