import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { pulumiHome } from "./environment";
import { identify, isRunning, kill, processesWithVariable } from "./processes";
import { readRecord, writeRecord } from "./record";
import type { Service } from "./service";
import { processMarker, type Run, start } from "./start";
import { status, stop } from "./stop";

/** A service that listens on the given port or a free port, and has a child process, as the control plane has. */
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
    return processesWithVariable(mark.name, mark.value);
  }).length;
}

test("a second start leaves running services alone and prints nothing", async () => {
  const run = runIn("a");
  const ports = (await start(run)).port("first", "main");
  const before = ["first", "second"].map((name) => processOf(run, name));
  said.length = 0;
  expect((await start(run)).port("first", "main")).toBe(ports);
  expect(["first", "second"].map((name) => processOf(run, name))).toEqual(before);
  expect(said).toEqual([]);
});

test("a service receives the ports of the services before it as arguments", async () => {
  const second = service("second", {
    after: ["first"],
    arguments: (started) => ["--first", String(started.port("first", "main"))],
  });
  const run = runIn("a", [service("first"), second]);
  const started = await start(run);
  expect(readRecord(run.folder, "second")?.arguments).toEqual([
    "--first",
    String(started.port("first", "main")),
  ]);
  expect(started.port("first", "main")).toBeGreaterThan(0);
});

describe("restarts a service, and no other service,", () => {
  test.each([
    ["was killed", (run: Run) => kill([processOf(run, "first")]), "first: the process has ended; restarting"],
    [
      "runs outdated code",
      (run: Run) => utimesSync(join(run.root, "fake2.js"), Date.now() / 1000 + 9, Date.now() / 1000 + 9),
      "first: the code changed; restarting",
    ],
  ])("that %s, on its previous port", async (_, disturb, line) => {
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

  test("whose arguments changed", async () => {
    const run = runIn("a");
    await start(run);
    const changed = { ...run, services: [service("first"), service("second", { arguments: () => ["--x"] })] };
    const first = processOf(run, "first");
    await start(changed);
    expect(said).toContain("second: the settings changed; restarting");
    expect(processOf(run, "first")).toEqual(first);
  });
});

test("an unrelated process that has the service's process id is neither taken for the service nor killed", async () => {
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
  expect(said).toContain("first: the process has ended; restarting");
  expect(isRunning(own)).toBe(true);
});

test("the processes of a service without a record are killed, and a line reports it", async () => {
  const run = runIn("a", [service("first")]);
  await start(run);
  const lost = processOf(run, "first");
  rmSync(join(run.folder, "services"), { recursive: true });
  await start(run);
  expect(isRunning(lost)).toBe(false);
  expect(said.join("\n")).toContain("first: killing the processes that an earlier run left behind");
  expect(marked(run)).toBe(2);
});

test("a service whose port another program uses gets a free port", async () => {
  const run = runIn("a", [service("first")]);
  const port = (await start(run)).port("first", "main");
  await stop(run);
  const other: Server = createServer();
  await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
  try {
    expect((await start(run)).port("first", "main")).not.toBe(port);
    expect(said.join("\n")).toContain(`another program uses port ${port}`);
  } finally {
    other.close();
  }
});

test("two checkouts run side by side, even if one is a copy of the other", async () => {
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

test("several starts at the same time start each service once", async () => {
  const run = runIn("a");
  await Promise.all([start(run), start(run), start(run)]);
  expect(marked(run)).toBe(4);
});

test("the error of a failed service contains the end of its log, and the other services run", async () => {
  const run = runIn("a", [service("first"), service("second", { arguments: () => ["--broken"] })]);
  await expect(start(run)).rejects.toThrow(/second exited with 3[\s\S]*the disk is on fire/);
  expect(status(run).map(({ running }) => running)).toEqual([true, false]);
});

test("stop ends all processes, those that a service started too, and the next start uses the same ports", async () => {
  const run = runIn("a");
  const port = (await start(run)).port("first", "main");
  expect(marked(run)).toBe(4);
  await stop(run);
  expect(marked(run)).toBe(0);
  expect(status(run).map(({ running }) => running)).toEqual([false, false]);
  expect((await start(run)).port("first", "main")).toBe(port);
});

test("a stop ends the plugins of engines that were killed, and neither other processes nor the plugins of a living engine", async () => {
  const run = runIn("a");
  const environment = { ...process.env, PULUMI_HOME: pulumiHome(run.root) };
  const plugin = join(folder, "pulumi-resource-fake");
  copyFileSync("/bin/sleep", plugin);
  chmodSync(plugin, 0o755);
  // A shell that waits stands for the engine. Both plugins are its children, until the first shell is killed.
  const engines = [1, 2].map(() =>
    spawn("/bin/sh", ["-c", `${plugin} 600 & echo $!; wait`], {
      env: environment,
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const [orphan, child] = await Promise.all(
    engines.map(async (engine) => identify(Number(String((await once(engine.stdout, "data"))[0])))),
  );
  const [killed, living] = engines;
  killed?.kill("SIGKILL");
  await once(killed as ChildProcess, "exit");
  try {
    await stop(run);
    expect(said).toContain("plugins of engines that were killed: 1 stopped");
    expect(orphan !== undefined && isRunning(orphan)).toBe(false);
    expect(child !== undefined && isRunning(child)).toBe(true);
    expect(living?.exitCode).toBeNull();
  } finally {
    await kill([orphan, child].filter((one) => one !== undefined));
  }
});
