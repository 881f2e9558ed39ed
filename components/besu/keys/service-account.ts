import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { BesuNamespace } from "../namespace";

/** The ServiceAccount of the validators whose keys are in the store of a cloud. RPC nodes have another one, and can read no key. */
export const VALIDATORS_SERVICE_ACCOUNT = "validators";

/** Creates {@link VALIDATORS_SERVICE_ACCOUNT}. @param opts of resources in the region's cluster. @returns its name. */
export function createValidatorsServiceAccount(
  region: string,
  namespace: BesuNamespace,
  opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const { metadata } = new kubernetes.core.v1.ServiceAccount(
    `${region}-validators-service-account`,
    {
      metadata: { name: VALIDATORS_SERVICE_ACCOUNT, namespace: namespace.name },
      automountServiceAccountToken: false,
    },
    { ...opts, deletedWith: namespace.deletedWith },
  );
  return metadata.name;
}
