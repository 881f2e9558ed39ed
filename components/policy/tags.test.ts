import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../root";
import { UNTAGGABLE } from "./tags";

/** The types of resources of clouds in the lists of what the example stacks make. */
const types = new Set(
  readdirSync(join(PROJECT_ROOT, "test/expected")).flatMap((file) =>
    [
      ...readFileSync(join(PROJECT_ROOT, "test/expected", file), "utf8").matchAll(
        /"((?:aws|azure-native):[\w/]+:\w+)"/g,
      ),
    ].map(([, type = ""]) => type),
  ),
);

/** Whether the class of a type in the SDK has the argument `tags`. */
function hasTags(type: string): boolean {
  const [sdk = "", module = "", name = ""] = type.split(":");
  const file = sdk === "aws" ? module : `${module}/${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  const folder = dirname(require.resolve(`@pulumi/${sdk}/package.json`));
  return readFileSync(join(folder, `${file}.js`), "utf8").includes('resourceInputs["tags"]');
}

describe("the types that need no tags", () => {
  it("have none in the classes of the SDKs, and are all of those in the example stacks", () => {
    expect(types.size).toBeGreaterThan(20);
    expect([...UNTAGGABLE].filter(hasTags)).toEqual([]);
    expect([...types].filter((type) => !hasTags(type) && !UNTAGGABLE.has(type))).toEqual([]);
  });
});
