import * as eks from "@pulumi/aws/eks";
import type * as pulumi from "@pulumi/pulumi";
import { nodesOfValidatorPools } from "./managed-cluster";
import { SECRETS_ADDON } from "./secrets-addon";

/**
 * Creates the Secrets Store CSI driver with AWS's provider, and the agent from which the provider gets the credentials of a pod. The
 * agent and the driver tolerate all taints by default, and the provider none:
 * https://github.com/aws/eks-pod-identity-agent/blob/main/charts/eks-pod-identity-agent/values.yaml,
 * https://github.com/kubernetes-sigs/secrets-store-csi-driver/blob/main/charts/secrets-store-csi-driver/values.yaml,
 * https://github.com/aws/secrets-store-csi-driver-provider-aws/blob/main/charts/secrets-store-csi-driver-provider-aws/values.yaml.
 *
 * @param opts with nodes among what the add-ons depend on: an add-on is active when its pods run.
 */
export function createSecretsDriver(
  name: string,
  clusterName: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { tolerations } = nodesOfValidatorPools([]);
  return [
    new eks.Addon(`${name}-pod-identity-agent`, { clusterName, addonName: "eks-pod-identity-agent" }, opts),
    new eks.Addon(
      `${name}-secrets-driver`,
      { clusterName, addonName: SECRETS_ADDON, configurationValues: JSON.stringify({ tolerations }) },
      opts,
    ),
  ];
}
