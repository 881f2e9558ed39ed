import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Checkpoint, keysIn } from "./checkpoint";

const keys = fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,8}:small:150Gi:1:random-rw:(4|64)k$/), {
  maxLength: 20,
});
const file = () => join(mkdtempSync(join(tmpdir(), "checkpoint-")), "run.checkpoint");

describe("a checkpoint", () => {
  it("cut off at any byte holds a beginning of the keys, and no key that was not written", () => {
    fc.assert(
      fc.property(keys, fc.nat(), (written, cut) => {
        const text = written.map((key) => `${key}\n`).join("");
        const found = [...keysIn(text.slice(0, cut % (text.length + 1)))];
        expect(found).toEqual(written.slice(0, found.length));
      }),
    );
  });

  it("that was cut off at any byte is continued without a torn line", async () => {
    await fc.assert(
      fc.asyncProperty(keys, keys, fc.nat(), async (before, after, cut) => {
        const path = file();
        const text = before.map((key) => `${key}\n`).join("");
        const torn = text.slice(0, cut % (text.length + 1));
        writeFileSync(path, torn);
        const checkpoint = await Checkpoint.open(path);
        await Promise.all(after.map((key) => checkpoint.append(key)));
        await checkpoint.close();
        const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
        expect(new Set(lines)).toEqual(new Set([...keysIn(torn), ...after]));
        expect(lines.length).toBe(new Set(lines).size);
      }),
      { numRuns: 30 },
    );
  });

  it("holds each key once, and knows the keys of an earlier process", async () => {
    const path = file();
    const first = await Checkpoint.open(path);
    await Promise.all([first.append("a"), first.append("b"), first.append("a")]);
    await first.close();
    appendFileSync(path, "c:torn");
    const second = await Checkpoint.open(path);
    expect(["a", "b", "c:torn"].map((key) => second.has(key))).toEqual([true, true, false]);
    await second.append("b");
    await second.close();
    expect(readFileSync(path, "utf8")).toBe("a\nb\n");
  });
});
