import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { identify, isRunning, kill, withVariable } from "./processes";
import { readRecord, writeRecord } from "./record";
import type { Service } from "./service";
import { processMarker, type Run, start } from "./start";
import { status, stop } from "./stop";

/** Says the port it was told, or a free one, and has a child, as the control plane has. */
const FAKE = `
const { spawn } = require("node:child_process");
const { createServer } = require("node:net");
const at = process.argv.indexOf("--port-main");
if (process.argv.includes("--broken")) { console.error("the disk is on fire"); process.exit(3); }
spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore", detached: true }).unref();
const server = createServer((socket) => socket.end());
server.listen(at < 0 ? 0 : Number(process.argv[at + 1]), "127.0.0.1", () =>
  console.log(JSON.stringify({ main: server.address().port })));
`;

let folder: string;
let said: string[];
let runs: Run[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "services-"));
  said = [];
  runs = [];
});

afterEach(async () => {
  for (const run of runs) {
    await stop({ ...run, say: () => {} });
  }
  rmSync(folder, { recursive: true, force: true });
});

function runIn(name: string, services = [service("first"), service("second", { after: ["first"] })]): Run {
  const root = join(folder, name);
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, "fake.js"), FAKE);
  utimesSync(join(root, "fake.js"), 0, 0);
  const run = { root, folder: join(root, ".run"), services, say: (line: string) => said.push(line) };
  runs.push(run);
  return run;
}

function service(name: string, more: Partial<Service> = {}): Service {
  return {
    name,
    entry: "fake.js",
    ports: ["main"],
    after: [],
    arguments: () => [],
    sources: ["fake.js"],
    readyWithin: 60,
    ...more,
  };
}

function processOf(run: Run, name: string) {
  const process_ = readRecord(run.folder, name)?.process;
  if (process_ === undefined) {
    throw new Error(`${name} has no process on record`);
  }
  return process_;
}

function marked(run: Run): number {
  return run.services.flatMap((each) => {
    const mark = processMarker(run, each);
    return withVariable(mark.name, mark.value);
  }).length;
}

test("a second start keeps everything that runs, and says nothing", async () => {
  const run = runIn("a");
  const ports = (await start(run)).port("first", "main");
  const before = ["first", "second"].map((name) => processOf(run, name));
  said.length = 0;
  expect((await start(run)).port("first", "main")).toBe(ports);
  expect(["first", "second"].map((name) => processOf(run, name))).toEqual(before);
  expect(said).toEqual([]);
});

test("a service is told the ports of those it comes after", async () => {
  const told = service("second", {
    after: ["first"],
    arguments: (started) => ["--first", String(started.port("first", "main"))],
  });
  const run = runIn("a", [service("first"), told]);
  const started = await start(run);
  expect(readRecord(run.folder, "second")?.arguments).toEqual([
    "--first",
    String(started.port("first", "main")),
  ]);
  expect(started.port("first", "main")).toBeGreaterThan(0);
});

describe("starts a service again, and that one only,", () => {
  test.each([
    ["killed", (run: Run) => kill([processOf(run, "first")]), "first: died, starting it again"],
    [
      "run from code that changed",
      (run: Run) => utimesSync(join(run.root, "fake2.js"), Date.now() / 1000 + 9, Date.now() / 1000 + 9),
      "first: its code changed, starting it again",
    ],
  ])("that was %s, on its old port", async (_, disturb, line) => {
    const run = runIn("a", [service("first", { sources: ["fake2.js"] }), service("second")]);
    writeFileSync(join(run.root, "fake2.js"), "");
    const port = (await start(run)).port("first", "main");
    const [first, second] = [processOf(run, "first"), processOf(run, "second")];
    await disturb(run);
    expect((await start(run)).port("first", "main")).toBe(port);
    expect(said).toContain(line);
    expect(isRunning(first)).toBe(false);
    expect(processOf(run, "second")).toEqual(second);
    expect(marked(run)).toBe(4);
  });

  test("whose settings changed", async () => {
    const run = runIn("a");
    await start(run);
    const changed = { ...run, services: [service("first"), service("second", { arguments: () => ["--x"] })] };
    const first = processOf(run, "first");
    await start(changed);
    expect(said).toContain("second: its settings changed, starting it again");
    expect(processOf(run, "first")).toEqual(first);
  });
});

test("a reused process id is not mistaken for the service, and the stranger lives on", async () => {
  const run = runIn("a", [service("first")]);
  const port = (await start(run)).port("first", "main");
  const record = readRecord(run.folder, "first");
  await kill([processOf(run, "first")]);
  const own = identify(process.pid);
  if (record === undefined || own === undefined) {
    throw new Error("no record");
  }
  writeRecord("first", { ...record, process: { pid: own.pid, startTime: own.startTime - 1 } });
  expect((await start(run)).port("first", "main")).toBe(port);
  expect(said).toContain("first: died, starting it again");
  expect(isRunning(own)).toBe(true);
});

test("what a killed supervisor left without a record is ended, and said", async () => {
  const run = runIn("a", [service("first")]);
  await start(run);
  const lost = processOf(run, "first");
  rmSync(join(run.folder, "services"), { recursive: true });
  await start(run);
  expect(isRunning(lost)).toBe(false);
  expect(said.join("\n")).toContain("first: ending what an earlier run left behind");
  expect(marked(run)).toBe(2);
});

test("a port that another program took meanwhile is replaced", async () => {
  const run = runIn("a", [service("first")]);
  const port = (await start(run)).port("first", "main");
  await stop(run);
  const thief: Server = createServer();
  await new Promise<void>((resolve) => thief.listen(port, "127.0.0.1", resolve));
  try {
    expect((await start(run)).port("first", "main")).not.toBe(port);
    expect(said.join("\n")).toContain(`port ${port} was taken`);
  } finally {
    thief.close();
  }
});

test("two checkouts run side by side, even when one is a copy of the other's folder", async () => {
  const [a, b] = [runIn("a"), runIn("b")];
  const portA = (await start(a)).port("first", "main");
  const copied = readRecord(a.folder, "first");
  if (copied === undefined) {
    throw new Error("no record");
  }
  mkdirSync(join(b.folder, "services"), { recursive: true });
  writeFileSync(join(b.folder, "services", "first.json"), JSON.stringify(copied));
  const portB = (await start(b)).port("first", "main");
  expect(portB).not.toBe(portA);
  await stop(a);
  expect(marked(a)).toBe(0);
  expect(status(b).map(({ running }) => running)).toEqual([true, true]);
});

test("starts that come at once start everything once", async () => {
  const run = runIn("a");
  await Promise.all([start(run), start(run), start(run)]);
  expect(marked(run)).toBe(4);
});

test("a service that fails is reported with the end of its log; the others run", async () => {
  const run = runIn("a", [service("first"), service("second", { arguments: () => ["--broken"] })]);
  await expect(start(run)).rejects.toThrow(/second exited with 3[\s\S]*the disk is on fire/);
  expect(status(run).map(({ running }) => running)).toEqual([true, false]);
});

test("stop leaves no process, not even a service's own, and the ports for the next start", async () => {
  const run = runIn("a");
  const port = (await start(run)).port("first", "main");
  expect(marked(run)).toBe(4);
  await stop(run);
  expect(marked(run)).toBe(0);
  expect(status(run).map(({ running }) => running)).toEqual([false, false]);
  expect((await start(run)).port("first", "main")).toBe(port);
});
