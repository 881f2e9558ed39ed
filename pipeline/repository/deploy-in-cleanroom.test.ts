import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { PROJECT_ROOT } from "../../components/root";
import { examineConfig } from "../../stacks/config/read";
import { smallNetwork } from "./deploy-in-cleanroom";

describe("the network that is deployed in a cleanroom", () => {
  it("is a valid config with one region and two contracts", () => {
    const text = smallNetwork(readFileSync(join(PROJECT_ROOT, "Pulumi.dev.yaml"), "utf8"));
    const values = Object.entries(parse(text).config as Record<string, unknown>);
    const { config, findings } = examineConfig(
      Object.fromEntries(
        values.map(([key, value]) => [
          key.replace(/^chainfleet:/, ""),
          typeof value === "string" ? value : JSON.stringify(value),
        ]),
      ),
    );
    expect(findings).toEqual([]);
    expect(config?.regions.map(({ name, validators }) => [name, validators])).toEqual([["eastus", 4]]);
    expect(Object.keys(config?.contracts?.chains ?? {})).toEqual(["chain138"]);
    expect(Object.keys(config?.contracts?.chains["chain138"]?.contracts ?? {})).toEqual([
      "Multicall",
      "WETH9",
    ]);
  });
});
