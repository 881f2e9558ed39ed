/**
 * The EKS add-on with the Secrets Store CSI driver and AWS's provider:
 * https://docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html
 */
export const SECRETS_ADDON = "aws-secrets-store-csi-driver-provider";
