import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { CHECKOUT } from "../root";
import { withLock } from "../toolchain/lock";
import { becomesFree, restartReason } from "./health";
import { identify, kill, withVariable } from "./processes";
import { filesOf, readRecord, type ServiceRecord, writeRecord } from "./record";
import type { Service, Started } from "./service";

/** Where a set of services runs. */
export interface Run {
  /** The checkout. */
  readonly root: string;
  /** Keeps records, logs and the services' state; made with mode 0700. */
  readonly folder: string;
  readonly services: readonly Service[];
  /** Takes one line of progress; nothing is said when everything runs already. */
  say(line: string): void;
}

/**
 * Makes every service run: leaves alone what is healthy, and starts what is not, on the ports that it had
 * before where they are free, each as soon as those that it needs are ready.
 *
 * @throws when a service does not get ready; the message has the end of its log
 */
export async function start(run: Run): Promise<Started> {
  if (await allHealthy(run)) {
    return startedFrom(run);
  }
  mkdirSync(run.folder, { recursive: true, mode: 0o700 });
  await withLock(
    run.folder,
    async () => {
      const ready = new Map<string, Promise<void>>();
      for (const service of run.services) {
        const needs = Promise.all(service.after.map((name) => ready.get(name)));
        ready.set(
          service.name,
          needs.then(() => startOne(run, service)),
        );
      }
      const results = await Promise.allSettled(ready.values());
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) {
        throw failed.reason;
      }
    },
    () => run.say("local services: another command is starting them; waiting for it"),
  );
  return startedFrom(run);
}

/** In the environment of every service and its children, so that none of them can be lost from sight. */
export function processMarker(run: Pick<Run, "folder">, service: Service): { name: string; value: string } {
  return { name: "CHAINFLEET_LOCAL_SERVICE", value: `${run.folder}#${service.name}` };
}

async function allHealthy(run: Run): Promise<boolean> {
  const started = startedFrom(run);
  const reasons = await Promise.all(
    run.services.map((service) =>
      service.after.every((name) => readRecord(run.folder, name) !== undefined)
        ? restartReason(service, readRecord(run.folder, service.name), service.arguments(started), run.root)
        : "not started",
    ),
  );
  return reasons.every((reason) => reason === undefined);
}

function startedFrom(run: Run): Started {
  return {
    port: (service, name) => readRecord(run.folder, service)?.ports[name] ?? 0,
    stateFolder: (service) => filesOf(run.folder, service).state,
  };
}

async function startOne(run: Run, service: Service): Promise<void> {
  const before = readRecord(run.folder, service.name);
  const wanted = service.arguments(startedFrom(run));
  const reason = await restartReason(service, before, wanted, run.root);
  if (reason === undefined) {
    return;
  }
  if (before?.process !== undefined) {
    run.say(`${service.name}: ${reason}, starting it again`);
  }
  await endLeftovers(run, service);
  await service.prepare?.(run.say);
  const began = performance.now();
  const child = spawnService(run, service, [...wanted, ...(await portArguments(run, service, before))]);
  const record: ServiceRecord = {
    folder: run.folder,
    ports: {},
    arguments: wanted,
    startedAt: Date.now(),
    ...processOf(child),
  };
  writeRecord(service.name, { ...record, ports: before?.ports ?? {} });
  const ports = await readyLine(run, service, child);
  writeRecord(service.name, { ...record, ports });
  child.unref();
  run.say(`${service.name}: ready after ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

/** What a killed supervisor or a killed service left behind, on whatever ports. */
async function endLeftovers(run: Run, service: Service): Promise<void> {
  const mark = processMarker(run, service);
  const leftovers = withVariable(mark.name, mark.value);
  if (leftovers.length > 0) {
    const pids = leftovers.map(({ pid }) => pid).join(", ");
    run.say(`${service.name}: ending what an earlier run left behind (process ${pids})`);
    await kill(leftovers);
  }
}

async function portArguments(
  run: Run,
  service: Service,
  before: ServiceRecord | undefined,
): Promise<string[]> {
  const wanted = service.ports.flatMap((name) => ({ name, port: before?.ports[name] }));
  const each = await Promise.all(
    wanted.map(async ({ name, port }) => {
      if (port === undefined) {
        return [];
      }
      if (await becomesFree(port)) {
        return [`--port-${name}`, String(port)];
      }
      run.say(`${service.name}: port ${port} was taken by another program meanwhile, using a free one`);
      return [];
    }),
  );
  return each.flat();
}

function spawnService(run: Run, service: Service, args: readonly string[]): ChildProcess {
  const files = filesOf(run.folder, service.name);
  for (const folder of [files.state, dirname(files.log), dirname(files.ready)]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  keepPrevious(files.log);
  const output = openSync(files.ready, "w", 0o600);
  const log = openSync(files.log, "w", 0o600);
  const mark = processMarker(run, service);
  const child = spawn(
    process.execPath,
    ["--require", LOADER, join(run.root, service.entry), "--state", files.state, ...args],
    {
      cwd: run.root,
      // A session of its own: the terminal's Ctrl+C is for the command, not for the services.
      detached: true,
      stdio: ["ignore", output, log],
      env: { ...process.env, ...service.environment?.(startedFrom(run)), [mark.name]: mark.value },
    },
  );
  closeSync(output);
  closeSync(log);
  return child;
}

const LOADER = join(CHECKOUT, "typescript.js");

function processOf(child: ChildProcess): Pick<ServiceRecord, "process"> {
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  return identity === undefined ? {} : { process: identity };
}

/** The ports that the service printed when it was ready. */
async function readyLine(run: Run, service: Service, child: ChildProcess): Promise<Record<string, number>> {
  const files = filesOf(run.folder, service.name);
  let ended: string | undefined;
  child.on("error", (error) => {
    ended = `could not be started: ${error.message}`;
  });
  child.on("exit", (code, signal) => {
    ended = signal === null ? `exited with ${code}` : `was ended by ${signal}`;
  });
  const deadline = performance.now() + service.readyWithin * 1000;
  while (ended === undefined && performance.now() < deadline) {
    const [line, rest] = readFileSync(files.ready, "utf8").split("\n", 2);
    if (line !== undefined && rest !== undefined) {
      return JSON.parse(line);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  if (ended === undefined) {
    child.kill("SIGKILL");
  }
  const end = readFileSync(files.log, "utf8").trimEnd().split("\n").slice(-15).join("\n  ");
  throw new Error(
    `the local service ${service.name} ${ended ?? `was not ready after ${service.readyWithin} s`}. The end of its log, ${files.log}:\n  ${end}`,
  );
}

function keepPrevious(log: string): void {
  try {
    renameSync(log, `${log}.previous`);
  } catch {
    // The first start has none.
  }
}
