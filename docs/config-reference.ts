import { z } from "zod";
import { configSchema } from "../stacks/config/schema";

/** The part of JSON Schema that the config's schema uses. */
interface Schema {
  readonly type?: string;
  readonly description?: string | undefined;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: boolean | Schema;
}

/** docs/config.md: every key of a stack's config, out of the schema that checks it. */
export function configReference(): string {
  const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" }) as Schema;
  const { regions, ...rest } = schema.properties ?? {};
  const clouds = regions?.items?.oneOf ?? regions?.items?.["anyOf" as "oneOf"] ?? [];
  return [
    "# Config reference",
    "",
    "Every key of `Pulumi.<stack>.yaml`, under `config:`. Made from the schema (`stacks/config/schema.ts`) by `make docs`; do not edit.",
    "A key that is not here is refused, and so is a value out of its range: all findings at once, before anything is created.",
    "A config that has none is then compared with the contracts in contracts/src: names, references, arguments, calls, and with the keys and variables that it names: again all findings at once.",
    "",
    ...table("chainfleet:", rest),
    ...Object.entries(rest).flatMap(([key, value]) => section(`chainfleet:${key}`, value)),
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

/** A section for each object, with those inside it: of a map under `<name>`, of a list under `[]`. */
function section(title: string, schema: Schema): string[] {
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
  properties: Readonly<Record<string, Schema>>,
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

function typeOf(schema: Schema): string {
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
  return `${schema.type ?? "any"}${bounds}`;
}

function defaultOf(schema: Schema, required: boolean): string {
  if (schema.default !== undefined && typeof schema.default !== "object") {
    return `\`${String(schema.default)}\``;
  }
  return required ? "**required**" : "";
}
