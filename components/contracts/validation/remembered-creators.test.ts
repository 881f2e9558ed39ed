import { mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "viem";
import { describe, expect, it } from "vitest";
import type { SimulatedCreation } from "./constructor-caller";
import { rememberedKeepers } from "./remembered-creators";

const root = () => mkdtempSync(join(tmpdir(), "chainfleet-creators-"));
const files = (folder: string) =>
  readdirSync(join(folder, ".chainfleet/contracts-creators")).map((name) =>
    join(folder, ".chainfleet/contracts-creators", name),
  );
const creation = (initCode: Hex): SimulatedCreation => ({
  name: "A",
  address: "0x000000000000000000000000000000000000000A",
  initCode,
  runtimeCode: "0x00",
  value: 0n,
});
/** CALLER, PUSH1 0, SSTORE, and a contract of one byte. */
const keeps = creation("0x33600055600060005360016000f300");
const keepsNot = creation("0x600060005360016000f300");

describe("the answer to which contracts keep their creator", () => {
  it("is that of the execution, and is kept for the same creations alone", async () => {
    const folder = root();
    expect(await rememberedKeepers(folder, [keeps])).toEqual(["A"]);
    const [file = ""] = files(folder);
    writeFileSync(file, '["from the file"]');
    expect(await rememberedKeepers(folder, [keeps])).toEqual(["from the file"]);
    expect(await rememberedKeepers(folder, [keepsNot])).toEqual([]);
    expect(await rememberedKeepers(folder, [{ ...keeps, value: 1n }])).toEqual(["A"]);
  });

  it("is found again if the file is damaged", async () => {
    const folder = root();
    await rememberedKeepers(folder, [keeps]);
    for (const damage of ["", '["A"', "{}", "[1]"]) {
      const [file = ""] = files(folder);
      writeFileSync(file, damage);
      expect(await rememberedKeepers(folder, [keeps])).toEqual(["A"]);
    }
  });
});
