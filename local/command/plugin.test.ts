import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Session } from "../plugin/plugin";
import { type PropertyMap, Unknown } from "../plugin/values";
import { commandPlugin } from "./plugin";

const about = { urn: "urn:pulumi:s::p::command:local:Command::c", type: "command:local:Command", name: "c" };
const cancellable = { signal: new AbortController().signal, timeoutSeconds: 0 };

let folder: string;
let session: Session;
let logged: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "command-"));
  logged = [];
  session = await commandPlugin.configure({}, { log: (_urn, line) => logged.push(line) });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const create = (inputs: PropertyMap, preview = false) =>
  session.create({ ...about, ...cancellable, inputs, preview });
const update = (olds: PropertyMap, news: PropertyMap) =>
  session.update({
    ...about,
    ...cancellable,
    id: "c1",
    oldInputs: {},
    olds,
    news,
    ignoreChanges: [],
    preview: false,
  });
const remove = (olds: PropertyMap) =>
  session.delete({ ...about, ...cancellable, id: "c1", oldInputs: {}, olds });
const diff = (oldInputs: PropertyMap, news: PropertyMap) =>
  session.diff({ ...about, id: "c1", oldInputs, olds: {}, news, ignoreChanges: [] });
const check = (news: PropertyMap, type = about.type) =>
  session.check({ ...about, type, olds: {}, news, randomSeed: new Uint8Array() });

test("a life cycle: create, update with the previous output, delete with the last output", async () => {
  const inputs = {
    create: "echo one",
    update: 'echo "two after $PULUMI_COMMAND_STDOUT"',
    delete: `echo "bye $PULUMI_COMMAND_STDOUT" > ${folder}/bye`,
  };
  const created = await create(inputs);
  expect(created.outputs).toEqual({ ...inputs, stdout: "one", stderr: "" });
  expect(created.id).not.toBe((await create(inputs)).id);
  const updated = await update(created.outputs, { ...inputs, environment: { X: "1" } });
  expect(updated.stdout).toBe("two after one");
  await remove(updated);
  expect(readFileSync(join(folder, "bye"), "utf8")).toBe("bye two after one\n");
  expect(logged).toContain("one");
});

test("without an update script, the create script runs again; the previous output can be withheld", async () => {
  const inputs = { create: 'echo "[$PULUMI_COMMAND_STDOUT]"' };
  expect((await update({ stdout: "old" }, inputs)).stdout).toBe("[old]");
  expect((await update({ stdout: "old" }, { ...inputs, addPreviousOutputInEnv: false })).stdout).toBe("[]");
});

test("a preview runs no script and knows no output", async () => {
  const { outputs } = await create({ create: `touch ${folder}/made` }, true);
  expect(outputs.stdout).toBe(Unknown.value);
  expect(existsSync(join(folder, "made"))).toBe(false);
});

describe("diff", () => {
  test("equal inputs are no change, whatever the order of their members", async () => {
    const { changes } = await diff(
      { environment: { a: "1", b: "2" }, create: "x" },
      { create: "x", environment: { b: "2", a: "1" } },
    );
    expect(changes).toEqual([]);
  });

  test("changed triggers force a replacement, or an update if there is an update script", async () => {
    expect((await diff({ triggers: [1] }, { triggers: [2] })).changes).toEqual([
      { path: "triggers", kind: "update", replaces: true },
    ]);
    expect((await diff({ triggers: [1], update: "u" }, { triggers: [2], update: "u" })).changes).toEqual([
      { path: "triggers", kind: "update", replaces: false },
    ]);
    expect((await diff({ triggers: [1] }, { triggers: [Unknown.value] })).changes).toHaveLength(1);
  });

  test("changes of other inputs are updates", async () => {
    expect((await diff({ create: "a", dir: "/x" }, { create: "b", stdin: "y" })).changes).toEqual([
      { path: "create", kind: "update", replaces: false },
      { path: "dir", kind: "delete", replaces: false },
      { path: "stdin", kind: "add", replaces: false },
    ]);
  });
});

describe("check", () => {
  test("reports every invalid input", async () => {
    const { failures } = await check({ environment: { A: 1 }, logging: "loud", archivePaths: ["*"] });
    expect(failures?.map(({ property }) => property).sort()).toEqual([
      "archivePaths",
      "environment.A",
      "logging",
    ]);
  });

  test("accepts values that are not known yet", async () => {
    expect((await check({ environment: Unknown.value, dir: Unknown.value })).failures).toEqual([]);
    const connection = { host: Unknown.value, privateKey: Unknown.value };
    expect((await check({ connection }, "command:remote:Command")).failures).toEqual([]);
    expect((await check({ connection: Unknown.value }, "command:remote:Command")).failures).toEqual([]);
  });

  test("refuses inputs and types that the plugin does not support", async () => {
    const { failures } = await check({}, "command:remote:CopyToRemote");
    expect(failures?.[0]?.reason).toContain("command:remote:CopyToRemote is not served");
  });
});

test("the run function runs a command", async () => {
  const { signal } = cancellable;
  const result = await session.invoke({ token: "command:local:run", args: { command: "echo hi" }, signal });
  expect(result.stdout).toBe("hi");
});
