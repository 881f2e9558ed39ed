import { CloudError } from "../../engine/resources/errors";
import type { Scope, View } from "../../engine/resources/kind";
import { objectsAt, stringAt } from "../../engine/resources/properties";
import type { Resource } from "../../engine/resources/store";
import { addon } from "../addons";
import { isIn, roleOf, text } from "../api";
import { nodeGroup, podIdentityAssociation } from "../eksparts";
import { attachedPolicies, isAllowed, isTrusted } from "../permissions";
import { findDeletedSecret, findSecret, NOT_FOUND } from "./secret";
import { currentVersion } from "./version";

/**
 * The current value of a secret, as GetSecretValue answers:
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html. Whoever asks has the right.
 *
 * @param secretId ARN or name.
 * @throws CloudError
 */
export function readSecretValue(
  view: View,
  { account, region }: Pick<Scope, "account" | "region">,
  secretId: string,
): { readonly version: Resource; readonly value: string } {
  const place = { account, region, secretId };
  const found = findSecret(view, place);
  if (found === undefined || view.state(found) === "Deleting") {
    throw findDeletedSecret(view, place) === undefined
      ? new CloudError(400, "ResourceNotFoundException", NOT_FOUND)
      : new CloudError(
          400,
          "InvalidRequestException",
          "You can't perform this operation on the secret because it was marked for deletion.",
        );
  }
  const version = currentVersion(found.key, view);
  const value = version && stringAt(version.inputs, "secretString");
  if (version === undefined || value === undefined) {
    throw new CloudError(
      400,
      "ResourceNotFoundException",
      "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
    );
  }
  return { version, value };
}

/** What the Secrets Store CSI driver asks for on behalf of a pod. */
export interface PodRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The region in which the SecretProviderClass looks. */
  readonly region: string;
  /** ARN or name of the secret. */
  readonly secretId: string;
}

/**
 * Reads the value of a secret as the driver's AWS provider does with the Pod Identity of a pod:
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
 *
 * @throws CloudError the refusal of the cluster, of EKS, of STS, or of Secrets Manager.
 */
export function readSecretForPod(view: View, request: PodRequest): { readonly value: string } {
  const cluster = clusterOf(view, request.namespace);
  requireProvider(view, cluster);
  requireAgent(view, cluster);
  const role = assumedRole(view, cluster, request);
  const place = { account: accountOf(cluster), region: request.region };
  const found = findSecret(view, { ...place, secretId: request.secretId });
  requireRight(view, role, found?.id ?? request.secretId);
  return { value: readSecretValue(view, place, request.secretId).value };
}

function accountOf({ key }: Resource): string {
  return key.split(":")[1] ?? "";
}

/** The cluster of a pod. All simulated clusters are one control plane, in which a cluster has a namespace of its name. */
function clusterOf(view: View, namespace: string): Resource {
  const cluster = view.list("aws:eks/cluster:Cluster").find(({ name }) => name === namespace);
  if (cluster === undefined) {
    throw failedMount(
      `driver name secrets-store.csi.k8s.io not found in the list of registered CSI drivers of the cluster ${namespace}`,
    );
  }
  return cluster;
}

/**
 * The driver tolerates all taints, and the provider those of its add-on's configuration:
 * https://github.com/aws/secrets-store-csi-driver-provider-aws/blob/main/charts/secrets-store-csi-driver-provider-aws/values.yaml.
 * Which node the pod is on is not known here, so that all of them must have the provider.
 */
function requireProvider(view: View, cluster: Resource): void {
  const driver = addonOf(view, cluster, "aws-secrets-store-csi-driver-provider");
  if (driver === undefined) {
    throw failedMount(
      `driver name secrets-store.csi.k8s.io not found in the list of registered CSI drivers of the cluster ${cluster.name}`,
    );
  }
  const configuration = JSON.parse(text(driver.inputs, "configurationValues") || "{}");
  const tolerations = objectsAt(configuration, "tolerations");
  const isTolerated = nodeGroupsOf(view, cluster)
    .flatMap(({ inputs }) => objectsAt(inputs, "taints"))
    .every((taint) =>
      tolerations.some(
        (toleration) =>
          (toleration.key === undefined || toleration.key === taint.key) &&
          (toleration.operator === "Exists" || toleration.value === taint.value) &&
          (toleration.effect === undefined ||
            text(toleration, "effect").toUpperCase() === text(taint, "effect").replace("_", "")),
      ),
    );
  if (!isTolerated) {
    throw failedMount(`error connecting to provider "aws": provider not found: provider "aws"`);
  }
}

/** https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html: the nodes' role lets the agent ask for credentials. */
function requireAgent(view: View, cluster: Resource): void {
  if (addonOf(view, cluster, "eks-pod-identity-agent") === undefined) {
    throw failedMount(
      'failed to load credentials: Get "http://169.254.170.23/v1/credentials": dial tcp 169.254.170.23:80: connect: connection refused',
    );
  }
  const roles = nodeGroupsOf(view, cluster).map(({ inputs }) => text(inputs, "nodeRoleArn"));
  const without = roles.find((arn) => {
    const role = roleOf(arn, view, { account: accountOf(cluster), region: cluster.location });
    return role === undefined || !attachedPolicies(role, view).some((policy) => WITH_EKS_AUTH.test(policy));
  });
  if (without !== undefined) {
    throw new CloudError(
      403,
      "AccessDeniedException",
      `${without} is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: ${text(cluster.computed, "arn")}`,
    );
  }
}

/** https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonEKSWorkerNodePolicy.html */
const WITH_EKS_AUTH = /\/(AmazonEKSWorkerNode(Minimal)?Policy|AdministratorAccess)$/;

function nodeGroupsOf(view: View, cluster: Resource): readonly Resource[] {
  return view
    .list(nodeGroup.token)
    .filter(
      (group) =>
        isIn(accountOf(cluster), group) &&
        group.location === cluster.location &&
        text(group.inputs, "clusterName") === cluster.name,
    );
}

function addonOf(view: View, cluster: Resource, name: string): Resource | undefined {
  return view
    .children(cluster.key)
    .find((child) => child.type === addon.token && child.name === name && view.isReady(child));
}

/** The role of a ServiceAccount, which trusts EKS Pod Identity with the tags that it gives to sessions. */
function assumedRole(view: View, cluster: Resource, { namespace, serviceAccount }: PodRequest): Resource {
  const association = view
    .children(cluster.key)
    .find(
      ({ type, inputs }) =>
        type === podIdentityAssociation.token &&
        inputs.namespace === namespace &&
        inputs.serviceAccount === serviceAccount,
    );
  if (association === undefined || !view.isReady(association)) {
    throw new CloudError(
      404,
      "ResourceNotFoundException",
      `No Pod Identity association found for the ServiceAccount ${serviceAccount} in the namespace ${namespace} of the cluster ${cluster.name}`,
    );
  }
  const arn = text(association.inputs, "roleArn");
  const role = roleOf(arn, view, { account: accountOf(cluster), region: cluster.location });
  // https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html#pod-id-abac-tags
  const tags = {
    "eks-cluster-name": cluster.name,
    "kubernetes-namespace": namespace,
    "kubernetes-service-account": serviceAccount,
  };
  if (role === undefined || !isTrusted(role, { service: "pods.eks.amazonaws.com", tags })) {
    throw new CloudError(
      403,
      "AccessDenied",
      `pods.eks.amazonaws.com is not authorized to perform: sts:AssumeRole and sts:TagSession on resource: ${arn}`,
    );
  }
  return role;
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html */
function requireRight(view: View, role: Resource, secretArn: string): void {
  const action = "secretsmanager:GetSecretValue";
  if (!isAllowed(role, { action, resource: secretArn }, view)) {
    throw new CloudError(
      400,
      "AccessDeniedException",
      `User: arn:aws:sts::${accountOf(role)}:assumed-role/${role.name}/session is not authorized to perform: ${action} on ` +
        `resource: ${secretArn} because no identity-based policy allows the ${action} action`,
    );
  }
}

function failedMount(detail: string): CloudError {
  return new CloudError(400, "FailedMount", detail);
}
