/** The Secret in a region's cluster that has the private key of a validator. */

/** The name of the Secret. @param objectName of the validator's Kubernetes objects. @example "validator-0-key" */
export function keySecretName(objectName: string): string {
  return `${objectName}-key`;
}

/** The name of the validator's Kubernetes objects; undefined if the name is not one of a key's Secret. */
export function objectNameOf(secretName: string): string | undefined {
  return /^(validator-\d+)-key$/.exec(secretName)?.[1];
}

/** The entry of the Secret's data with the private key: 32 bytes in hex, with the prefix 0x. */
export const KEY_ENTRY = "key";
