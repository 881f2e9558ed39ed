/**
 * The form of an IAM principal that an access entry can name: a user or a role. A session of a role
 * (`arn:aws:sts::…:assumed-role/…`) is refused by EKS.
 * https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
 */
export const PRINCIPAL_ARN = /^arn:aws(-[a-z-]+)?:iam::\d{12}:(user|role)\/[\w+=,.@/-]+$/;
