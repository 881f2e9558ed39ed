/** The parts of URNs that the moves of resources between stacks rely on: `urn:pulumi:<stack>::<project>::<types>::<name>`. */

/** The last of the types in a URN: the type of the resource itself. */
export function typeOf(urn: string): string {
  return (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
}

/** The project in a URN. */
export function projectOf(urn: string): string {
  return urn.split("::")[1] ?? "";
}

/** The URN of the resource that the engine registers for a stack itself. */
export function stackUrn(stack: string, project: string): string {
  return `urn:pulumi:${stack}::${project}::${STACK_TYPE}::${project}-${stack}`;
}

export const STACK_TYPE = "pulumi:pulumi:Stack";

/**
 * A copy of a JSON value in which every URN of one stack is the URN of the same resource in another stack. References to
 * providers, which are a URN and an id, are translated as well.
 */
export function inOtherStack<Value>(value: Value, from: string, to: string): Value {
  const prefix = `urn:pulumi:${from}::`;
  const translated = (text: string): string => {
    if (!text.startsWith(prefix)) {
      return text;
    }
    const project = projectOf(text);
    const rest = text.slice(prefix.length);
    return text === stackUrn(from, project) ? stackUrn(to, project) : `urn:pulumi:${to}::${rest}`;
  };
  const walk = (inner: unknown): unknown => {
    if (typeof inner === "string") {
      return translated(inner);
    }
    if (Array.isArray(inner)) {
      return inner.map(walk);
    }
    if (typeof inner === "object" && inner !== null) {
      return Object.fromEntries(Object.entries(inner).map(([key, field]) => [translated(key), walk(field)]));
    }
    return inner;
  };
  return walk(value) as Value;
}

/** The URN in a reference to a provider: `<urn>::<id>`. */
export function urnOfProvider(reference: string): string {
  return reference.split("::").slice(0, -1).join("::");
}
