import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CHECKOUT } from "../../root";
import { customResourceDefinitions } from "./crds";

interface Schema {
  readonly type?: string | readonly string[];
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

const { source, definitions } = JSON.parse(
  readFileSync(join(CHECKOUT, "test/vectors/kubevirt-openapi.json"), "utf8"),
) as { readonly source: string; readonly definitions: Readonly<Record<string, Schema>> };

/** The differences between a schema here and KubeVirt's, each with its path. */
function differences(ours: Schema, theirs: Schema | undefined, path: string): string[] {
  if (theirs === undefined) {
    return [`${path}: KubeVirt has no such field`];
  }
  if (theirs.$ref !== undefined) {
    return differences(ours, definitions[theirs.$ref.replace("#/definitions/", "")], path);
  }
  if (ours["x-kubernetes-int-or-string"] === true) {
    return Array.isArray(theirs.type) && theirs.type.includes("string") ? [] : [`${path}: no quantity`];
  }
  const types = [theirs.type].flat();
  return [
    ...(ours["x-kubernetes-preserve-unknown-fields"] ? [`${path}: not strict`] : []),
    ...(types.includes(ours.type as string) ? [] : [`${path}: ${ours.type}, not ${types}`]),
    ...(theirs.required ?? [])
      .filter((field) => ours.properties?.[field] !== undefined && !ours.required?.includes(field))
      .map((field) => `${path}.${field}: required in KubeVirt`),
    ...Object.entries(ours.properties ?? {}).flatMap(([field, schema]) =>
      differences(schema, theirs.properties?.[field], `${path}.${field}`),
    ),
    ...(ours.items === undefined ? [] : differences(ours.items, theirs.items, `${path}[]`)),
    ...(ours.additionalProperties === undefined
      ? []
      : differences(ours.additionalProperties, theirs.additionalProperties, `${path}{}`)),
  ];
}

test("the vectors name their source", () => {
  expect(source).toMatch(/^kubevirt\/kubevirt api\/openapi-spec\/swagger\.json/);
});

test.each(
  customResourceDefinitions()
    .filter(({ spec }) => spec.names.kind !== "KubeVirt")
    .map(({ spec }) => [spec.names.kind, spec.versions[0]?.schema.openAPIV3Schema ?? {}] as const),
)("every field of %s has KubeVirt's name and type", (kind, schema) => {
  expect(differences(schema as Schema, definitions[`v1.${kind}`], kind)).toEqual([]);
});

test("the comparison finds an invented field and a wrong type", () => {
  const theirs = definitions["v1.VirtualMachineSpec"];
  const ours = {
    type: "object",
    required: ["template"],
    properties: { running: { type: "string" }, started: { type: "boolean" } },
  };
  expect(differences(ours, theirs, "spec")).toEqual([
    "spec.running: string, not boolean",
    "spec.started: KubeVirt has no such field",
  ]);
});
