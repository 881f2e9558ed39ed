import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { PROJECT_ROOT } from "../components/root";
import { stackSchema } from "./config-schema";

const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(stackSchema());
const files = readdirSync(PROJECT_ROOT).filter((name) => /^Pulumi\.[\w-]+\.yaml$/.test(name));
const contents = (name: string) => readFileSync(join(PROJECT_ROOT, name), "utf8");
const findings = (config: object) => {
  validate({ config });
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
};

describe("the JSON Schema of a stack's file", () => {
  it("is the one in docs/config.schema.json (make docs regenerates the file)", () => {
    expect(contents("docs/config.schema.json")).toBe(`${JSON.stringify(stackSchema(), null, 2)}\n`);
  });

  it.each(files)("accepts %s, which names the schema for editors", (name) => {
    expect(validate(parse(contents(name))), JSON.stringify(validate.errors)).toBe(true);
    expect(contents(name).split("\n")[0]).toBe("# yaml-language-server: $schema=docs/config.schema.json");
  });

  it("refuses an unknown key of chainfleet, and leaves the settings of providers alone", () => {
    expect(findings({ "azure-native:subscriptionId": "x", "chainfleet:regoins": [] })).toEqual([
      "/config additionalProperties",
    ]);
  });

  it("refuses a value outside its range and an unknown key in a region", () => {
    expect(
      findings({
        "chainfleet:network": { chainId: 0 },
        "chainfleet:besu": { validator: { cpus: 1 } },
      }),
    ).toEqual([
      "/config/chainfleet:network/chainId minimum",
      "/config/chainfleet:besu/validator additionalProperties",
    ]);
  });

  it("accepts an encrypted secret in place of a text", () => {
    expect(findings({ "chainfleet:keys": { deployer: { secure: "v1:x" } } })).toEqual([]);
    expect(findings({ "chainfleet:keys": { deployer: { secured: "v1:x" } } })).not.toEqual([]);
  });
});
