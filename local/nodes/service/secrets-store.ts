import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { V1CSIVolumeSource } from "@kubernetes/client-node";
import { parse } from "yaml";
import type { Cluster } from "../../kubernetes/control-plane/cluster";

/** A pod as far as the driver needs to know it. */
export interface MountingPod {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** The Secrets Store CSI driver with Azure's provider: what a volume of the driver has in it. */
export class SecretsStore {
  /** @param cloudState the state folder of the simulated cloud. Undefined: there is no cloud, and nothing can be mounted. */
  constructor(readonly cloudState: string | undefined) {}

  /**
   * The content of each file of a volume by its name.
   *
   * @throws ApiException if there is no SecretProviderClass; Error with the refusal of the cloud.
   */
  async files(
    { custom }: Cluster,
    { namespace, serviceAccount }: MountingPod,
    { driver, volumeAttributes = {} }: V1CSIVolumeSource,
  ): Promise<ReadonlyMap<string, string>> {
    if (driver !== "secrets-store.csi.k8s.io") {
      throw new Error(`there is no CSI driver ${driver}`);
    }
    const { spec } = (await custom.getNamespacedCustomObject({
      group: "secrets-store.csi.x-k8s.io",
      version: "v1",
      plural: "secretproviderclasses",
      namespace,
      name: volumeAttributes.secretProviderClass ?? "",
    })) as ProviderClass;
    if (spec.provider !== "azure") {
      throw new Error(`the driver has no provider ${spec.provider}`);
    }
    const { clientID, tenantId, keyvaultName, objects = "" } = spec.parameters;
    const files = mountedObjects(objects).map(async ({ objectName, objectAlias }) => {
      const { value } = await this.#request("/secrets-store/azure", {
        namespace,
        serviceAccount,
        clientId: clientID,
        tenantId,
        vault: keyvaultName,
        name: objectName,
      });
      return [objectAlias ?? objectName, value] as const;
    });
    return new Map(await Promise.all(files));
  }

  async #request(path: string, body: object): Promise<{ readonly value: string }> {
    const url = readFileSync(join(this.cloudState ?? "", "control-url"), "utf8").trim();
    const response = await fetch(`${url}${path}`, { method: "POST", body: JSON.stringify(body) });
    const answer = (await response.json()) as { readonly value: string; readonly error?: string };
    if (!response.ok) {
      throw new Error(answer.error);
    }
    return answer;
  }
}

interface ProviderClass {
  readonly spec: {
    readonly provider: string;
    readonly parameters: Readonly<Record<string, string | undefined>>;
  };
}

interface MountedObject {
  readonly objectName: string;
  /** Name of the file. Default: the name of the object. */
  readonly objectAlias?: string;
}

/**
 * The list is YAML, and each of its entries is a text of YAML of its own; only secrets are supported here:
 * https://azure.github.io/secrets-store-csi-driver-provider-azure/docs/getting-started/usage/
 */
function mountedObjects(text: string): readonly MountedObject[] {
  const { array } = parse(text) as { readonly array: readonly string[] };
  return array.map((entry) => {
    const mounted = parse(entry) as MountedObject & { readonly objectType?: string };
    if (mounted.objectType !== "secret") {
      throw new Error(`objectType ${mounted.objectType} is not mounted`);
    }
    return mounted;
  });
}
