import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { archiveName, verify } from "./installer";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "installer-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("only published platforms have an archive", () => {
  expect(archiveName("linux", "x64")).toBe("pulumi-v3.248.0-linux-x64.tar.gz");
  expect(archiveName("darwin", "arm64")).toBe("pulumi-v3.248.0-darwin-arm64.tar.gz");
  expect(archiveName("linux", "riscv64")).toBeUndefined();
});

test("an archive is accepted only if its checksum is published under its name", async () => {
  const file = join(folder, "archive");
  writeFileSync(file, "content");
  const sum = createHash("sha256").update("content").digest("hex");
  await verify(file, "a.tar.gz", `${"0".repeat(64)}  b.tar.gz\n${sum}  a.tar.gz\n`);
  await expect(verify(file, "a.tar.gz", `${sum}  b.tar.gz\n`)).rejects.toThrow(/does not match/);
  await expect(verify(file, "a.tar.gz", `${"0".repeat(64)}  a.tar.gz\n`)).rejects.toThrow(/does not match/);
});
