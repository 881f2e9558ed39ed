import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CHECKOUT } from "../root";
import { cacheFolder, type GoBuild, goBuild } from "./go-build";

// The first build on a machine also compiles Go's standard library.
vi.setConfig({ testTimeout: 180_000 });

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "go-build-"));
  vi.stubEnv("XDG_CACHE_HOME", join(folder, "cache"));
  // Go derives the path of its own cache from XDG_CACHE_HOME too; with the user's cache, the standard library is compiled once.
  vi.stubEnv("GOCACHE", join(homedir(), ".cache", "go-build"));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function hello(body = 'func main() { println("hello") }'): GoBuild {
  const module = join(folder, "module");
  mkdirSync(module, { recursive: true });
  writeFileSync(join(module, "go.mod"), "module example.test/hello\n\ngo 1.21\n");
  writeFileSync(join(module, "main.go"), `package main\n\n${body}\n`);
  return { name: "hello-1.0", module, programs: [{ name: "hello", package: "example.test/hello" }] };
}

test("two builds at the same time compile once, and a later build reports no progress", async () => {
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  const both = await Promise.all([goBuild(hello(), say), goBuild(hello(), say)]);
  expect(existsSync(join(both[0].folder, "hello"))).toBe(true);
  expect(both.filter((built) => built.seconds > 0)).toHaveLength(1);
  lines.length = 0;
  expect(await goBuild(hello(), say)).toEqual({ folder: both[0].folder, seconds: 0 });
  expect(lines).toEqual([]);
});

test("the programs of a module are built together, each under its own name", async () => {
  const build = hello();
  const server = join(folder, "server");
  mkdirSync(server);
  writeFileSync(join(server, "go.mod"), "module example.test/server/v3\n\ngo 1.21\n");
  writeFileSync(
    join(server, "main.go"),
    'package main\n\nvar answer = "none"\n\nfunc main() { print(answer) }\n',
  );
  writeFileSync(
    join(build.module, "go.mod"),
    "module example.test/hello\n\ngo 1.21\n\nrequire example.test/server/v3 v3.0.0\n\nreplace example.test/server/v3 => ../server\n",
  );
  const built = await goBuild(
    {
      ...build,
      programs: [
        { name: "greeter", package: "example.test/hello" },
        { name: "store", package: "example.test/server/v3" },
      ],
      ldflags: "-X main.answer=linked",
    },
    () => {},
  );
  expect(readdirSync(built.folder).sort()).toEqual(["greeter", "store"]);
  expect(spawnSync(join(built.folder, "greeter")).stderr.toString()).toBe("hello\n");
  expect(spawnSync(join(built.folder, "store")).stderr.toString()).toBe("linked");
});

test("a changed module is built into a new folder, and the old folder stays", async () => {
  const before = await goBuild(hello(), () => {});
  const after = await goBuild(hello("func main() {}"), () => {});
  expect(after.folder).not.toBe(before.folder);
  expect(existsSync(before.folder)).toBe(true);
});

test("a changed package of the module is built into a new folder, and a changed test is not", async () => {
  const build = hello();
  const inner = join(build.module, "inner");
  mkdirSync(inner);
  writeFileSync(join(inner, "inner.go"), "package inner\n");
  const before = await goBuild(build, () => {});
  writeFileSync(join(inner, "inner_test.go"), "package inner\n");
  expect((await goBuild(build, () => {})).folder).toBe(before.folder);
  writeFileSync(join(inner, "inner.go"), "package inner\n\nconst Changed = true\n");
  expect((await goBuild(build, () => {})).folder).not.toBe(before.folder);
});

test("the error of a failed build contains the compiler's message, and the cache holds nothing of that build", async () => {
  await expect(goBuild(hello("func main() { nonsense() }"), () => {})).rejects.toThrow(/undefined: nonsense/);
  const fixed = await goBuild(hello(), () => {});
  expect(readdirSync(cacheFolder())).toEqual([fixed.folder.split("/").at(-1)]);
});

test("a killed build releases the lock, and the next build succeeds", async () => {
  const build = hello();
  const script = `
    require(${JSON.stringify(join(CHECKOUT, "typescript.js"))});
    require(${JSON.stringify(join(__dirname, "go-build.ts"))})
      .goBuild(${JSON.stringify(build)}, (line) => console.log(line));`;
  const child: ChildProcess = spawn(process.execPath, ["-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout as NodeJS.ReadableStream, "data");
  child.kill("SIGKILL");
  const built = await goBuild(build, () => {});
  expect(readdirSync(cacheFolder())).toEqual([built.folder.split("/").at(-1)]);
});

test("a missing program is not built if installing is not wanted, and one that was built is found", async () => {
  vi.stubEnv("CHAINFLEET_LOCAL_INSTALL", "never");
  await expect(goBuild(hello(), () => {})).rejects.toMatchObject({
    name: "NotInstalled",
    program: "hello-1.0",
  });
  expect(existsSync(cacheFolder())).toBe(false);
  vi.stubEnv("CHAINFLEET_LOCAL_INSTALL", "");
  const built = await goBuild(hello(), () => {});
  vi.stubEnv("CHAINFLEET_LOCAL_INSTALL", "never");
  expect((await goBuild(hello(), () => {})).folder).toBe(built.folder);
});
