import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ChainfleetError } from "../error";
import { PRINCIPAL_ARN } from "./principal-arn";

/**
 * The principals that administer an EKS cluster: those in the config, or whoever runs the deployment.
 *
 * The creator's automatic rights (`bootstrapClusterCreatorAdminPermissions`) are not used: AWS does not say who has them,
 * they can only be chosen when the cluster is created, and an access entry of the creator's own would conflict with them.
 *
 * @param configured ARNs of users and roles. Empty: only the caller.
 * @throws ChainfleetError AWS_CALLER_UNKNOWN or AWS_CALLER_UNUSABLE if the config names nobody, and AWS does not say who the
 *   caller is, or the caller is neither a user nor a role.
 */
export async function fetchAdmins(
  region: { readonly name: string; readonly clusterAdmins: readonly string[] },
  provider: pulumi.ProviderResource,
): Promise<readonly string[]> {
  if (region.clusterAdmins.length > 0) {
    await warnOfMissingRights(region, provider);
    return region.clusterAdmins;
  }
  const caller = await fetchCaller(provider).catch((cause: Error) => {
    throw new ChainfleetError({
      code: "AWS_CALLER_UNKNOWN",
      summary: `Region ${region.name}: AWS did not say who runs the deployment: ${cause.message}`,
      next: "Nothing was changed. Sign in to AWS (for example with `aws sso login`), and run again.",
      cause,
    });
  });
  if (!PRINCIPAL_ARN.test(caller)) {
    throw new ChainfleetError({
      code: "AWS_CALLER_UNUSABLE",
      summary: `Region ${region.name}: ${caller} runs the deployment, and an access entry of EKS can name only an IAM user or role.`,
      next: "Nothing was changed. List the users and roles that administer the cluster under the region's clusterAdmins, or sign in as one of them.",
    });
  }
  return [caller];
}

/** A caller that AWS does not tell is no obstacle here, because the config names the administrators. */
async function warnOfMissingRights(
  region: { readonly name: string; readonly clusterAdmins: readonly string[] },
  provider: pulumi.ProviderResource,
): Promise<void> {
  const caller = await fetchCaller(provider).catch(() => undefined);
  if (caller !== undefined && !region.clusterAdmins.includes(caller)) {
    void pulumi.log.warn(
      `Region ${region.name}: ${caller} runs the deployment and is not among its clusterAdmins. Unless the cluster has an access entry of another origin for ${caller}, its Kubernetes API refuses this run.`,
    );
  }
}

/** The user or the role of the caller. The session of a role has an ARN of its own, which an access entry cannot name. */
async function fetchCaller(provider: pulumi.ProviderResource): Promise<string> {
  const { arn } = await aws.getCallerIdentity({}, { provider });
  return arn.includes(":assumed-role/")
    ? (await aws.iam.getSessionContext({ arn }, { provider })).issuerArn
    : arn;
}
