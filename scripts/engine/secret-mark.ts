/**
 * How the engine marks a secret in states and events: SigKey and SecretSig in sdk/go/common/resource/sig/sig.go of
 * https://github.com/pulumi/pulumi.
 */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";

/** Whether a value in a state or in an event is marked as a secret. */
export function isSecret(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as Readonly<Record<string, unknown>>)[SIGNATURE] === SECRET_SIGNATURE
  );
}

/** A secret in a state, as the CLI takes it: https://github.com/pulumi/pulumi/blob/v3.248.0/sdk/go/common/apitype/core.go (SecretV1) */
export function secretInState(value: unknown): object {
  return { [SIGNATURE]: SECRET_SIGNATURE, plaintext: JSON.stringify(value) };
}
