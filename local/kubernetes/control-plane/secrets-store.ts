import { accepting, type Cluster } from "./cluster";

/**
 * Creates the kind SecretProviderClass of the Secrets Store CSI driver, with the schema of the driver's own definition, in
 * which nothing is unknown:
 * https://github.com/kubernetes-sigs/secrets-store-csi-driver/blob/main/config/crd/bases/secrets-store.csi.x-k8s.io_secretproviderclasses.yaml
 */
export async function ensureSecretProviderClasses({ custom }: Cluster): Promise<void> {
  await accepting(
    409,
    custom.createClusterCustomObject({
      group: "apiextensions.k8s.io",
      version: "v1",
      plural: "customresourcedefinitions",
      body: {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "secretproviderclasses.secrets-store.csi.x-k8s.io" },
        spec: {
          group: "secrets-store.csi.x-k8s.io",
          names: {
            kind: "SecretProviderClass",
            listKind: "SecretProviderClassList",
            plural: "secretproviderclasses",
            singular: "secretproviderclass",
          },
          scope: "Namespaced",
          versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: SCHEMA } }],
        },
      },
    }),
  );
}

const TEXT = { type: "string" };
const TEXTS = { type: "object", additionalProperties: TEXT };

function objectOf(properties: object): object {
  return { type: "object", properties };
}

function listOf(properties: object): object {
  return { type: "array", items: objectOf(properties) };
}

const SCHEMA = objectOf({
  apiVersion: TEXT,
  kind: TEXT,
  metadata: { type: "object" },
  spec: objectOf({
    provider: TEXT,
    parameters: TEXTS,
    secretObjects: listOf({
      secretName: TEXT,
      type: TEXT,
      labels: TEXTS,
      annotations: TEXTS,
      data: listOf({ objectName: TEXT, key: TEXT }),
    }),
  }),
  status: objectOf({ byPod: listOf({ id: TEXT, namespace: TEXT }) }),
});
