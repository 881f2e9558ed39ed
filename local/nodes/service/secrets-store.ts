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

/** The Secrets Store CSI driver with the providers of Azure and AWS: what a volume of the driver has in it. */
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
    const files = requestsOf(spec, { namespace, serviceAccount }).map(
      async ({ file, path, body }) => [file, (await this.#request(path, body)).value] as const,
    );
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

/** A secret that a volume mounts, as the simulated cloud is asked for it. */
interface SecretRequest {
  /** Name of the file. */
  readonly file: string;
  readonly path: string;
  readonly body: object;
}

function requestsOf(
  { provider, parameters }: ProviderClass["spec"],
  pod: MountingPod,
): readonly SecretRequest[] {
  switch (provider) {
    case "azure":
      return azureObjects(parameters.objects ?? "").map(({ objectName, objectAlias }) => ({
        file: objectAlias ?? objectName,
        path: "/secrets-store/azure",
        body: {
          ...pod,
          clientId: parameters.clientID,
          tenantId: parameters.tenantId,
          vault: parameters.keyvaultName,
          name: objectName,
        },
      }));
    case "aws":
      return awsObjects(parameters).map(({ objectName, objectAlias }) => ({
        file: objectAlias ?? objectName.replaceAll("/", "_"),
        path: "/secrets-store/aws",
        body: { ...pod, region: parameters.region, secretId: objectName },
      }));
    default:
      throw new Error(`the driver has no provider ${provider}`);
  }
}

interface MountedObject {
  readonly objectName: string;
  /** Name of the file. Default: the name of the object. */
  readonly objectAlias?: string;
  readonly objectType?: string;
}

/**
 * The list is YAML, and each of its entries is a text of YAML of its own; only secrets are supported here:
 * https://azure.github.io/secrets-store-csi-driver-provider-azure/docs/getting-started/usage/
 */
function azureObjects(text: string): readonly MountedObject[] {
  const { array } = parse(text) as { readonly array: readonly string[] };
  return array.map((entry) => {
    const mounted = parse(entry) as MountedObject;
    if (mounted.objectType !== "secret") {
      throw new Error(`objectType ${mounted.objectType} is not mounted`);
    }
    return mounted;
  });
}

/**
 * The list is YAML. Only Pod Identity and Secrets Manager are supported here, and the region must be given:
 * https://github.com/aws/secrets-store-csi-driver-provider-aws/blob/main/provider/secret_descriptor.go
 */
function awsObjects({ region, usePodIdentity, objects = "" }: ProviderClass["spec"]["parameters"]) {
  if (usePodIdentity !== "true") {
    throw new Error("An IAM role must be associated with the service account: there is no role for it here");
  }
  const list = parse(objects) as readonly MountedObject[];
  for (const { objectName, objectType } of list) {
    const [prefix, , service, ofSecret] = objectName.split(":");
    if (prefix === "arn" ? ofSecret !== region : region === undefined) {
      throw new Error(`ARN region must match region ${region}: ${objectName}`);
    }
    if ((objectType ?? (prefix === "arn" ? service : undefined)) !== "secretsmanager") {
      throw new Error(`Must use objectType when a full ARN is not specified: ${objectName}`);
    }
  }
  return list;
}
