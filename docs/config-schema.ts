import { z } from "zod";
import { configSchema } from "../stacks/config/schema";

type Schema = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema of a file `Pulumi.<stack>.yaml`, for editors: completion, descriptions, and a mark at what
 * `chainfleet check` would refuse about a single key. Findings across keys are left to the command. Draft 7 is what the
 * YAML language server of most editors reads.
 */
export function stackSchema(): Schema {
  const { properties } = z.toJSONSchema(configSchema, {
    io: "input",
    unrepresentable: "any",
    target: "draft-7",
  });
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "A stack of chainfleet, Pulumi.<stack>.yaml",
    description: "Generated from stacks/config/schema.ts by make docs.",
    type: "object",
    properties: {
      config: {
        description: "The config of the stack.",
        type: "object",
        properties: Object.fromEntries(
          Object.entries(properties ?? {}).map(([key, schema]) => [`chainfleet:${key}`, orSecret(schema)]),
        ),
        // Keys of other projects, such as azure-native:subscriptionId, are settings of the clouds' providers.
        patternProperties: { "^(?!chainfleet:)": {} },
        additionalProperties: false,
      },
    },
    definitions: {
      secret: {
        description: "A value that pulumi config set --secret has encrypted.",
        type: "object",
        properties: { secure: { type: "string" } },
        required: ["secure"],
        additionalProperties: false,
      },
    },
  };
}

/** Allows a secret wherever a text is allowed, because `pulumi config set --secret --path` encrypts any of them. */
function orSecret(schema: unknown): unknown {
  if (Array.isArray(schema)) {
    return schema.map(orSecret);
  }
  if (typeof schema !== "object" || schema === null) {
    return schema;
  }
  // Draft 7 does not know the format uuid, of which zod also writes the pattern.
  const { description, default: preset, propertyNames, format: _, ...rest } = schema as Schema;
  const about = {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
    ...(propertyNames === undefined ? {} : { propertyNames }),
  };
  return rest.type === "string" && rest.enum === undefined && rest.const === undefined
    ? { ...about, anyOf: [rest, { $ref: "#/definitions/secret" }] }
    : {
        ...about,
        ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, orSecret(value)])),
      };
}
