import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Hex } from "viem";
import { type BesuNamespace, SERVICE_ACCOUNT } from "../namespace";
import { KEY_ENTRY, keySecretName } from "./key-secret";

/** Where the private keys of a region's validators are kept, and how the validators' pods get them. */
export interface KeyStore {
  /**
   * Creates what the validators of a namespace have in common.
   *
   * @param region the name of the region.
   * @param opts of resources in the region's cluster.
   */
  readonly inNamespace: (
    region: string,
    namespace: BesuNamespace,
    opts: pulumi.CustomResourceOptions,
  ) => NamespaceKeys;
}

/** The keys of the validators of a namespace. */
export interface NamespaceKeys {
  /** The ServiceAccount of the validators' pods. */
  readonly serviceAccountName: pulumi.Input<string>;
  /** Stores a validator's key. @param opts of resources in the namespace. */
  readonly store: (key: ValidatorKeyArgs, opts: pulumi.CustomResourceOptions) => KeyMount;
}

/** The key of a validator. */
export interface ValidatorKeyArgs {
  /** Name of the validator in its stack. @example "eastus-validator-0" */
  readonly name: string;
  /** Name of the validator's Kubernetes objects. @example "validator-0" */
  readonly objectName: string;
  /** The namespace and the labels of the validator's Kubernetes objects. */
  readonly metadata: { readonly namespace: pulumi.Input<string>; readonly labels: Record<string, string> };
  /** Secret. */
  readonly privateKey: pulumi.Input<Hex>;
}

/** How a validator's pod gets the key. */
export interface KeyMount {
  /** A volume without its name. Its file {@link KEY_ENTRY} has the private key: 32 bytes in hex, with the prefix 0x. */
  readonly volume: KeyVolume;
  /** What must exist before the pod can mount the volume. */
  readonly dependsOn: readonly pulumi.Resource[];
}

/** A volume of a pod without the volume's name. */
export type KeyVolume = Omit<kubernetes.types.input.core.v1.Volume, "name">;

/** Keeps each key in a Secret of the region's cluster. */
export const KUBERNETES_SECRETS: KeyStore = {
  inNamespace: () => ({
    serviceAccountName: SERVICE_ACCOUNT,
    store: ({ name, objectName, metadata, privateKey }, opts) => {
      const secret = new kubernetes.core.v1.Secret(
        `${name}-key`,
        {
          metadata: { ...metadata, name: keySecretName(objectName) },
          stringData: { [KEY_ENTRY]: privateKey },
          immutable: true,
        },
        opts,
      );
      return { volume: { secret: { secretName: secret.metadata.name, defaultMode: 0o440 } }, dependsOn: [] };
    },
  }),
};
