import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { keySecretName } from "./key-secret";
import type { KeyMount, ValidatorKeyArgs } from "./key-store";

/*
 * What the Secrets Store CSI driver mounts into a pod: https://secrets-store-csi-driver.sigs.k8s.io. The pod has a volume of
 * the driver, the volume names a SecretProviderClass, and the class names the secrets in the cloud's store.
 */

/** The API group of SecretProviderClass. */
export const PROVIDER_CLASS_GROUP = "secrets-store.csi.x-k8s.io";
/** The served version of SecretProviderClass. */
export const PROVIDER_CLASS_VERSION = "v1";

/** What a SecretProviderClass says about the cloud's store. */
export interface ProviderClassArgs {
  /** The driver's name of the cloud. */
  readonly provider: "azure" | "aws";
  /** The parameters of the cloud's provider. */
  readonly parameters: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * Creates the SecretProviderClass of a validator's key. The class has the name that a Secret with the key would have.
 *
 * @returns a volume with the key that the class names.
 */
export function mountByDriver(
  { name, objectName, metadata }: Omit<ValidatorKeyArgs, "privateKey">,
  { provider, parameters }: ProviderClassArgs,
  opts: pulumi.CustomResourceOptions,
): KeyMount {
  const providerClass = new kubernetes.apiextensions.CustomResource(
    `${name}-key-class`,
    {
      apiVersion: `${PROVIDER_CLASS_GROUP}/${PROVIDER_CLASS_VERSION}`,
      kind: "SecretProviderClass",
      metadata: { ...metadata, name: keySecretName(objectName) },
      spec: { provider, parameters },
    },
    opts,
  );
  return {
    volume: {
      csi: {
        driver: "secrets-store.csi.k8s.io",
        readOnly: true,
        volumeAttributes: {
          secretProviderClass: providerClass.metadata.apply((created) => created?.name ?? ""),
        },
      },
    },
    dependsOn: [providerClass],
  };
}
