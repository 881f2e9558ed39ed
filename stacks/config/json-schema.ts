import { z } from "zod";
import { fieldsOf } from "./outline";
import { configSchema } from "./schema";

/** The part of JSON Schema that the config's schema uses. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly additionalProperties?: boolean | JsonSchema;
}

/** The config's schema as JSON Schema. Generated at the first call, because a valid config never needs it. */
export function configJsonSchema(): JsonSchema {
  generated ??= z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return generated;
}

let generated: JsonSchema | undefined;

/**
 * The keys that the schema allows in an object of the config.
 *
 * @param path of the object in the config.
 * @param config in which the object decides which keys it may have: a region's `cloud` does.
 */
export function allowedKeys(path: readonly PropertyKey[], config: unknown): string[] {
  let schema = alternativeFor(configJsonSchema(), config);
  let value = config;
  for (const key of path) {
    value = (value as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key];
    schema = alternativeFor(schemaOf(key, schema), value);
  }
  return Object.keys(schema.properties ?? {});
}

/** The schema of the value under a key: of an object by the key's name, of a map or a list the same for every key. */
function schemaOf(key: PropertyKey, { properties, additionalProperties, items }: JsonSchema): JsonSchema {
  const ofEveryKey = typeof additionalProperties === "object" ? additionalProperties : items;
  return properties?.[String(key)] ?? ofEveryKey ?? {};
}

/** Of several alternatives the one whose constants the value has. */
function alternativeFor(schema: JsonSchema, value: unknown): JsonSchema {
  const fields = fieldsOf(value);
  const alternative = schema.oneOf?.find(({ properties = {} }) =>
    Object.entries(properties).every(
      ([field, { const: constant }]) => constant === undefined || constant === fields[field],
    ),
  );
  return alternative ?? schema;
}
