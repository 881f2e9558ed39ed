import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { CHECKOUT } from "../root";
import { withLock } from "../toolchain/lock";
import { becomesFree, restartReason } from "./health";
import { identify, kill, processesWithVariable } from "./processes";
import { filesOf, readRecord, type ServiceRecord, writeRecord } from "./record";
import type { Service, Started } from "./service";

/** A set of services and the folder in which they run. */
export interface Run {
  /** Root of the checkout. */
  readonly root: string;
  /** Folder for the services' records, logs and state. Created with mode 0700. */
  readonly folder: string;
  readonly services: readonly Service[];
  /** Receives progress lines; receives none if every service runs already. */
  say(line: string): void;
}

/**
 * Starts every service that does not run properly, and leaves the others alone. A service starts as soon as the services
 * before it are ready, on the ports of its previous process where these are free.
 *
 * @throws if a service does not become ready; the message contains the end of its log.
 */
export async function start(run: Run): Promise<Started> {
  if (await everyServiceRuns(run)) {
    return startedFrom(run);
  }
  mkdirSync(run.folder, { recursive: true, mode: 0o700 });
  await withLock(
    run.folder,
    async () => {
      const ready = new Map<string, Promise<void>>();
      for (const service of run.services) {
        const predecessors = Promise.all(service.after.map((name) => ready.get(name)));
        ready.set(
          service.name,
          predecessors.then(() => startOne(run, service)),
        );
      }
      const results = await Promise.allSettled(ready.values());
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) {
        throw failed.reason;
      }
    },
    () => run.say("local services: waiting for another command that is starting the services"),
  );
  return startedFrom(run);
}

/**
 * An environment variable of every service. The children of a service inherit the variable, so that all processes of a
 * service can be found even without its record.
 */
export function processMarker(run: Pick<Run, "folder">, service: Service): { name: string; value: string } {
  return { name: "CHAINFLEET_LOCAL_SERVICE", value: `${run.folder}#${service.name}` };
}

async function everyServiceRuns(run: Run): Promise<boolean> {
  const started = startedFrom(run);
  const reasons = await Promise.all(
    run.services.map((service) =>
      service.after.every((name) => readRecord(run.folder, name) !== undefined)
        ? restartReason(service, readRecord(run.folder, service.name), service.arguments(started), run.root)
        : "the service was not started",
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
  const previous = readRecord(run.folder, service.name);
  const wanted = service.arguments(startedFrom(run));
  const reason = await restartReason(service, previous, wanted, run.root);
  if (reason === undefined) {
    return;
  }
  if (previous?.process !== undefined) {
    run.say(`${service.name}: ${reason}; restarting`);
  }
  await endLeftovers(run, service);
  await service.prepare?.(run.say);
  const began = performance.now();
  const child = spawnService(run, service, [...wanted, ...(await portArguments(run, service, previous))]);
  const record: ServiceRecord = {
    folder: run.folder,
    ports: {},
    arguments: wanted,
    startedAt: Date.now(),
    ...processOf(child),
  };
  writeRecord(service.name, { ...record, ports: previous?.ports ?? {} });
  const ports = await announcedPorts(run, service, child);
  writeRecord(service.name, { ...record, ports });
  child.unref();
  run.say(`${service.name}: ready after ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

/** Kills the processes that an earlier service left behind when the service, or the command that started it, was killed. */
async function endLeftovers(run: Run, service: Service): Promise<void> {
  const mark = processMarker(run, service);
  const leftovers = processesWithVariable(mark.name, mark.value);
  if (leftovers.length > 0) {
    const pids = leftovers.map(({ pid }) => pid).join(", ");
    run.say(`${service.name}: killing the processes that an earlier run left behind (${pids})`);
    await kill(leftovers);
  }
}

async function portArguments(
  run: Run,
  service: Service,
  previous: ServiceRecord | undefined,
): Promise<string[]> {
  const wanted = service.ports.flatMap((name) => ({ name, port: previous?.ports[name] }));
  const each = await Promise.all(
    wanted.map(async ({ name, port }) => {
      if (port === undefined) {
        return [];
      }
      if (await becomesFree(port)) {
        return [`--port-${name}`, String(port)];
      }
      run.say(`${service.name}: another program uses port ${port}; the service gets a free port`);
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
  keepPreviousLog(files.log);
  const output = openSync(files.ready, "w", 0o600);
  const log = openSync(files.log, "w", 0o600);
  const mark = processMarker(run, service);
  const child = spawn(
    process.execPath,
    ["--require", LOADER, join(run.root, service.entry), "--state", files.state, ...args],
    {
      cwd: run.root,
      // In a session of its own, the service does not receive the SIGINT that Ctrl+C sends to the command.
      detached: true,
      stdio: ["ignore", output, log],
      env: { ...process.env, [mark.name]: mark.value },
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

/** Waits until the service announces its ports. Returns the ports by name. */
async function announcedPorts(
  run: Run,
  service: Service,
  child: ChildProcess,
): Promise<Record<string, number>> {
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

function keepPreviousLog(log: string): void {
  try {
    renameSync(log, `${log}.previous`);
  } catch {
    // Before the first start there is no log.
  }
}
