import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { copyTree, deleteTree } from "./tree";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tree-"));
  mkdirSync(join(folder, "from"));
  execFileSync("git", ["init", "--quiet"], { cwd: join(folder, "from") });
  write("from/tracked.ts", "one");
  write("from/folder/untracked.ts", "two");
  write("from/.gitignore", "node_modules\n.chainfleet/\n");
  write("from/node_modules/package/index.js", "three");
  write("from/local/node_modules/other/index.js", "three");
  write("from/.chainfleet/contracts/a1/A.json", "four");
  write("from/.chainfleet/local/state", "five");
  execFileSync("git", ["add", "tracked.ts"], { cwd: join(folder, "from") });
  copyTree(join(folder, "from"), join(folder, "to"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}
const read = (file: string) => readFileSync(join(folder, file), "utf8");
const copyAgain = () => copyTree(join(folder, "from"), join(folder, "to"));

it("a copy has the files that git would commit, the packages and the builds, and no state", () => {
  expect(read("to/tracked.ts")).toBe("one");
  expect(read("to/folder/untracked.ts")).toBe("two");
  expect(read("to/node_modules/package/index.js")).toBe("three");
  expect(read("to/.chainfleet/contracts/a1/A.json")).toBe("four");
  expect(existsSync(join(folder, "to/.chainfleet/local"))).toBe(false);
});

it("a build in a copy is not that of the original", () => {
  write("to/.chainfleet/contracts/a1/A.json", "changed");
  expect(read("from/.chainfleet/contracts/a1/A.json")).toBe("four");
});

it("a copy is brought up to date, and what has not changed is not touched", () => {
  utimesSync(join(folder, "to/tracked.ts"), 0, 0);
  write("from/folder/untracked.ts", "TWO");
  write("from/new.ts", "six");
  copyAgain();
  expect(statSync(join(folder, "to/tracked.ts")).mtimeMs).toBe(0);
  expect(read("to/folder/untracked.ts")).toBe("TWO");
  expect(read("to/new.ts")).toBe("six");
  rmSync(join(folder, "from/new.ts"));
  chmodSync(join(folder, "from/tracked.ts"), 0o755);
  copyAgain();
  expect(existsSync(join(folder, "to/new.ts"))).toBe(false);
  expect(statSync(join(folder, "to/tracked.ts")).mode & 0o777).toBe(0o755);
});

it("a copy is deleted with what was made in it, and without the packages", () => {
  write("to/made.txt", "seven");
  deleteTree(join(folder, "to"));
  expect(existsSync(join(folder, "to"))).toBe(false);
  expect(existsSync(join(folder, "from/node_modules/package/index.js"))).toBe(true);
  copyAgain();
  expect(read("to/tracked.ts")).toBe("one");
});
