import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PROJECT_ROOT } from "../root";
import { timeoutsOf } from "./timeouts";

it("limits the creation of every Azure resource, for which azure-native would wait two hours", () => {
  const expected = JSON.parse(readFileSync(join(PROJECT_ROOT, "test/expected/azure.json"), "utf8")) as {
    readonly type: string;
  }[];
  const types = new Set(expected.map(({ type }) => type).filter((type) => type.startsWith("azure-native:")));
  expect(types.size).toBeGreaterThan(5);
  expect([...types].filter((type) => timeoutsOf(type)?.create === undefined)).toEqual([]);
});
