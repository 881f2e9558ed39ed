import type { Address } from "viem";
import { policyDocument } from "../../cluster/eks-policies";
import { fullName } from "../../naming";
import { vaultSecretName } from "./vault-name";

/** What the name of a secret depends on. */
export interface SecretNameArgs {
  /** @example "chain138" */
  readonly network: string;
  /** @example "eu-west-1" */
  readonly region: string;
  /** Name of the validator's Kubernetes objects. @example "validator-0" */
  readonly objectName: string;
  /** The address of the validator, in lower case. */
  readonly address: Address;
}

/**
 * The name of the secret with a validator's key in Secrets Manager. A deleted secret occupies its name for up to 30 days, so the
 * name depends on the key: a new key gets a new name, and a key that comes back finds what was kept of it. Names are unique in
 * an account's region, have at most 512 characters, and should not end with a hyphen and six characters:
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html#API_CreateSecret_RequestParameters
 *
 * @example "chain138-eu-west-1-validator-0-7e5f4552091a69125d5dfcb7b8c2659029395bdf"
 */
export function secretsManagerName({ network, region, objectName, address }: SecretNameArgs): string {
  return fullName(network, region, vaultSecretName(objectName, address));
}

/**
 * The most validators of a region whose keys are in Secrets Manager. All inline policies of a role have 10,240 characters
 * together, of which {@link readerPolicy} takes at most 310 for the longest names:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
 */
export const MOST_VALIDATORS_IN_SECRETS_MANAGER = 30;

/**
 * The policy that lets a role read one secret. The driver's AWS provider gets the value, and describes the secret when it looks for
 * a newer version: https://docs.aws.amazon.com/secretsmanager/latest/userguide/ascp-pod-identity-integration.html
 */
export function readerPolicy(secretArn: string): string {
  return policyDocument({
    Effect: "Allow",
    Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
    Resource: secretArn,
  });
}
