import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changedFiles, foldersOf, type TreeWatch, watchTree } from "./tree-watch";

const hashes = fc
  .dictionary(fc.constantFrom("a.ts", "b/c.ts", "b/d.sol"), fc.constantFrom("1", "2"))
  .map((files) => new Map(Object.entries(files)));

describe("what has changed between two looks at a tree", () => {
  it("is nothing if the trees are equal, and is the same in both directions", () => {
    fc.assert(
      fc.property(hashes, hashes, (one, other) => {
        expect(changedFiles(one, one)).toEqual([]);
        expect(changedFiles(one, other)).toEqual(changedFiles(other, one));
      }),
    );
  });

  it("is what differs, is new or is gone", () => {
    const before = new Map([
      ["a", "1"],
      ["b", "1"],
      ["c", "1"],
    ]);
    const now = new Map([
      ["a", "1"],
      ["b", "2"],
      ["d", "1"],
    ]);
    expect(changedFiles(before, now)).toEqual(["b", "c", "d"]);
  });
});

it("the folders of files are those around them, up to the root", () => {
  expect([...foldersOf(["a.ts", "b/c/d.ts", "b/e.ts"])].toSorted()).toEqual([".", "b", "b/c"]);
});

describe("a tree that is followed", () => {
  let root: string;
  let changes: string[];
  let watch: TreeWatch;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "tree-watch-"));
    execFileSync("git", ["init", "--quiet"], { cwd: root });
    write(".gitignore", "ignored\n");
    write("source/one.ts", "1");
    write("ignored/two.ts", "2");
    changes = [];
    watch = watchTree(root, (changed) => changes.push(...changed));
  });
  afterEach(() => {
    watch.close();
    rmSync(root, { recursive: true, force: true });
  });

  function write(file: string, text: string): void {
    mkdirSync(join(root, file, ".."), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const toHaveChanged = (...files: readonly string[]) =>
    expect.poll(() => [...new Set(changes)].toSorted(), { timeout: 10_000 }).toEqual(files);

  it("tells of files that change, are made in new folders, and are deleted", async () => {
    write("source/one.ts", "one");
    await toHaveChanged("source/one.ts");
    write("new/folder/three.ts", "3");
    await toHaveChanged("new/folder/three.ts", "source/one.ts");
    changes.length = 0;
    write("new/folder/three.ts", "three");
    await toHaveChanged("new/folder/three.ts");
    changes.length = 0;
    rmSync(join(root, "new"), { recursive: true });
    await toHaveChanged("new/folder/three.ts");
  });

  it("tells nothing of what git ignores, and of what is written with the same content", async () => {
    write("ignored/two.ts", "two");
    write("source/one.ts", readFileSync(join(root, "source/one.ts"), "utf8"));
    write("source/last.ts", "so that there is something to wait for");
    await toHaveChanged("source/last.ts");
  });

  it("tells once of what changes in quick succession", async () => {
    const told: (readonly string[])[] = [];
    const other = watchTree(root, (changed) => told.push(changed));
    for (let number = 0; number < 20; number += 1) {
      write(`source/${number}.ts`, "many");
    }
    await expect.poll(() => told.flat().length, { timeout: 10_000 }).toBe(20);
    other.close();
    expect(told).toHaveLength(1);
  });
});
