import { configJsonSchema, type JsonSchema } from "../stacks/config/json-schema";

/** The text of docs/config.md: every key of a stack's config, from the schema that checks the config. */
export function configReference(): string {
  const { regions, ...sections } = configJsonSchema().properties ?? {};
  const clouds = regions?.items?.oneOf ?? [];
  return [
    "# Config reference",
    "",
    "Every key of `Pulumi.<stack>.yaml`, under `config:`. This file is generated from the schema (`stacks/config/schema.ts`) by `make docs`; do not edit it.",
    "Keys that are not listed here and values outside their ranges are refused. All findings are reported at once, before anything is created.",
    "A config without such findings is then compared with the contracts in contracts/src (names, references, arguments and calls), and with the keys and the environment variables that the config names. These findings, too, are reported at once.",
    "",
    ...table("chainfleet:", sections),
    ...Object.entries(sections).flatMap(([key, value]) => section(`chainfleet:${key}`, value)),
    "## `chainfleet:regions`",
    "",
    regions?.description ?? "",
    "",
    "```yaml",
    "chainfleet:regions:",
    "  - cloud: azure",
    "    name: eastus",
    "  - cloud: aws",
    "    name: eu-west-1",
    "    validators: 3",
    "```",
    "",
    ...clouds.flatMap((cloud) => {
      const { cloud: kind, ...properties } = cloud.properties ?? {};
      return [`### \`cloud: ${String(kind?.const ?? "")}\``, "", ...table("", properties, cloud.required)];
    }),
  ].join("\n");
}

/**
 * The sections of an object and of the objects inside it. The title of an object in a map ends with `<name>`, the title
 * of an object in a list with `[]`.
 */
function section(title: string, schema: JsonSchema): string[] {
  if (typeof schema.additionalProperties === "object") {
    return section(`${title}.<name>`, { description: schema.description, ...schema.additionalProperties });
  }
  if (schema.items !== undefined) {
    return section(`${title}[]`, { description: schema.description, ...schema.items });
  }
  if (schema.properties === undefined) {
    return [];
  }
  return [
    `## \`${title}\``,
    "",
    schema.description ?? "",
    "",
    ...table("", schema.properties, schema.required),
    ...Object.entries(schema.properties).flatMap(([key, value]) => section(`${title}.${key}`, value)),
  ];
}

function table(
  prefix: string,
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): string[] {
  return [
    "| key | type | default | meaning |",
    "| --- | --- | --- | --- |",
    ...Object.entries(properties).map(
      ([key, value]) =>
        `| \`${prefix}${key}\` | ${typeOf(value)} | ${defaultOf(value, required.includes(key))} | ${value.description ?? ""} |`,
    ),
    "",
  ];
}

function typeOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) {
    return schema.enum.map((value) => `\`${String(value)}\``).join(" or ");
  }
  if (schema.type === "array") {
    return `list of ${schema.items === undefined ? "values" : typeOf(schema.items)}`;
  }
  if (schema.type === "object") {
    return schema.properties === undefined && schema.additionalProperties !== undefined ? "map" : "object";
  }
  const bounds =
    schema.minimum !== undefined && schema.maximum !== undefined && schema.maximum < Number.MAX_SAFE_INTEGER
      ? `, ${schema.minimum} to ${schema.maximum}`
      : schema.minimum !== undefined
        ? `, from ${schema.minimum}`
        : "";
  return `${[schema.type ?? "any"].flat().join(" or ")}${bounds}`;
}

function defaultOf(schema: JsonSchema, required: boolean): string {
  if (schema.default !== undefined && typeof schema.default !== "object") {
    return `\`${String(schema.default)}\``;
  }
  return required ? "**required**" : "";
}
