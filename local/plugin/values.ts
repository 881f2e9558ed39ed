/**
 * A property value as plugins use it, decoded from the wire format.
 *
 * On the wire, a reserved string stands for an unknown value; assets, resource references, secrets and outputs are JSON
 * objects with a signature. See sdk/go/common/resource/plugin/rpc.go in pulumi/pulumi. Decoding removes the mark of a
 * secret; {@link secretKeys} finds the marks for a plugin that accepts secrets. For other plugins the engine removes the
 * marks before a call, and marks the outputs whose input of the same name was secret.
 */
export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | PropertyValue[]
  | { [key: string]: PropertyValue }
  | Unknown;

export type PropertyMap = { [key: string]: PropertyValue };

/** A value that the engine cannot know during a preview. */
export class Unknown {
  static readonly value = new Unknown();
  private constructor() {}
  toString(): string {
    return "<known after the deployment>";
  }
}

const UNKNOWN_ON_THE_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/**
 * Decodes the result of `Struct.toJavaScript()`.
 *
 * @throws if the value contains an asset, an archive or a resource reference, which none of our plugins supports.
 */
export function decode(wire: unknown): PropertyValue {
  if (wire === undefined || wire === null) {
    return null;
  }
  if (wire === UNKNOWN_ON_THE_WIRE) {
    return Unknown.value;
  }
  if (Array.isArray(wire)) {
    return wire.map(decode);
  }
  if (typeof wire !== "object") {
    return wire as boolean | number | string;
  }
  const object = wire as Record<string, unknown>;
  const signature = object[SIGNATURE_KEY];
  if (signature === SECRET_SIGNATURE || signature === OUTPUT_SIGNATURE) {
    return object.value === undefined ? Unknown.value : decode(object.value);
  }
  if (signature !== undefined) {
    throw new Error(
      `a property value with signature ${String(signature)} (asset, archive or resource) is not supported`,
    );
  }
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, decode(value)]));
}

/** The inverse of {@link decode}; drops `undefined` members. */
export function encode(value: PropertyValue | undefined): unknown {
  if (value instanceof Unknown) {
    return UNKNOWN_ON_THE_WIRE;
  }
  if (Array.isArray(value)) {
    return value.map(encode);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => [key, encode(member)]),
    );
  }
  return value ?? null;
}

/** Names of the properties that are secrets or contain a secret, in a result of `Struct.toJavaScript()`. */
export function secretKeys(wire: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(wire).filter((key) => holdsSecret(wire[key]));
}

/** Marks an encoded value as a secret. */
export function secret(encoded: unknown): unknown {
  return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: encoded };
}

function holdsSecret(wire: unknown): boolean {
  if (typeof wire !== "object" || wire === null) {
    return false;
  }
  return (
    (wire as Record<string, unknown>)[SIGNATURE_KEY] === SECRET_SIGNATURE ||
    Object.values(wire).some(holdsSecret)
  );
}

/** True if the value is unknown or contains an unknown value. */
export function containsUnknown(value: PropertyValue | undefined): boolean {
  if (value instanceof Unknown) {
    return true;
  }
  if (typeof value === "object" && value !== null) {
    return Object.values(value).some(containsUnknown);
  }
  return false;
}
