import type { StackFile } from "../../stacks/config/written/written-config";

/** What a state says about the encryption of its secrets (SecretsProvidersV1 in sdk/go/common/apitype/core.go of https://github.com/pulumi/pulumi). */
export interface SecretsProvider {
  readonly type: "passphrase" | "cloud" | "service";
  readonly state: object;
}

/** A stack whose secrets are encrypted. */
export interface EncryptedStack {
  readonly file: Omit<StackFile, "config">;
  /** Its plain name. */
  readonly stack: string;
  /** The project's name. */
  readonly project: string;
  /** The URL of the backend. @default Pulumi Cloud */
  readonly backend: string | undefined;
}

/**
 * How the secrets of a stack are encrypted, by the stack's file: with a key management service, a passphrase, or by Pulumi
 * Cloud. The forms of the states are those of the managers in pkg/secrets of https://github.com/pulumi/pulumi. Of that of
 * Pulumi Cloud, an import needs the URL alone, and fills in the rest (cmd/pulumi/stack/stack_import.go). Pure.
 */
export function secretsProviderOf({ file, stack, project, backend }: EncryptedStack): SecretsProvider {
  const { secretsprovider: url, encryptedkey, encryptionsalt: salt } = file;
  if (url?.includes("://") === true && encryptedkey !== undefined) {
    return { type: "cloud", state: { url, encryptedkey } };
  }
  if (salt !== undefined) {
    return { type: "passphrase", state: { salt } };
  }
  return { type: "service", state: { url: backend ?? "https://api.pulumi.com", owner: "", project, stack } };
}
