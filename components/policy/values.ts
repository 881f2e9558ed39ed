/** What stands for a value that is not known yet: `UnknownStringValue` in pulumi/pulumi's sdk/go/common/resource/plugin/rpc.go. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The key of a secret or an output among inputs, beside its `value`: `SigKey` in pulumi/pulumi's sdk/go/common/resource/sig. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** The fields of an object. Anything that is no object has none. A secret is read as its value. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  const plain = unwrapped(value);
  return typeof plain === "object" && plain !== null && !Array.isArray(plain)
    ? (plain as Readonly<Record<string, unknown>>)
    : {};
}

/** The entries of a list. Anything that is no list has none. */
export function list(value: unknown): readonly unknown[] {
  const plain = unwrapped(value);
  return Array.isArray(plain) ? plain : [];
}

/** A text that is known. */
export function text(value: unknown): string | undefined {
  const plain = unwrapped(value);
  return typeof plain === "string" && plain !== UNKNOWN ? plain : undefined;
}

/** Whether a value, or a part that is needed of it, is known only later. */
export function isUnknown(value: unknown): boolean {
  return unwrapped(value) === UNKNOWN;
}

function unwrapped(value: unknown): unknown {
  const isWrapped = typeof value === "object" && value !== null && SIGNATURE in value && "value" in value;
  return isWrapped ? unwrapped((value as { readonly value: unknown }).value) : value;
}
