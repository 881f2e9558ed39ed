/** The policy documents of an EKS cluster's roles. Pure. */

/** The paths of managed policies whose ARN has one: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html */
const MANAGED_POLICY_PATHS: Readonly<Record<string, string>> = { AmazonEBSCSIDriverPolicy: "service-role/" };

/** The ARN of one of AWS's managed policies. @example "AmazonEKSClusterPolicy" */
export function managedPolicyArn(name: string): string {
  return `arn:aws:iam::aws:policy/${MANAGED_POLICY_PATHS[name] ?? ""}${name}`;
}

/** The trust policy of a role that an AWS service assumes. @example "eks.amazonaws.com" */
export function serviceTrust(service: string): string {
  return policyDocument({ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" });
}

/** The trust policy of the disk driver's role: only the service account of the driver may assume the role. */
export function diskTrust(providerArn: string, issuerUrl: string): string {
  const issuer = issuerUrl.replace("https://", "");
  return policyDocument({
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: "sts.amazonaws.com",
        [`${issuer}:sub`]: "system:serviceaccount:kube-system:ebs-csi-controller-sa",
      },
    },
  });
}

/** The pods that may assume a role by EKS Pod Identity. */
export interface TrustedPods {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/**
 * The trust policy of a role that pods of one ServiceAccount assume by EKS Pod Identity. Without the conditions, whoever may
 * associate a ServiceAccount of any cluster in the account with a role could associate it with this one.
 * https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
 */
export function podTrust({ cluster, namespace, serviceAccount }: TrustedPods): string {
  return policyDocument({
    Effect: "Allow",
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition: {
      StringEquals: {
        "aws:RequestTag/eks-cluster-name": cluster,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": serviceAccount,
      },
    },
  });
}

/** A policy document with one statement. */
export function policyDocument(statement: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
