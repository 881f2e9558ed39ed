import { readdirSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { isRunning } from "./processes";
import type { ServiceRecord } from "./record";
import type { Service } from "./service";

/** The reason why a service has to be restarted; undefined if the service runs properly. */
export async function restartReason(
  service: Service,
  record: ServiceRecord | undefined,
  wanted: readonly string[],
  root: string,
): Promise<string | undefined> {
  if (record?.process === undefined) {
    return "the service was not started";
  }
  if (!isRunning(record.process)) {
    return "the process has ended";
  }
  if (JSON.stringify(record.arguments) !== JSON.stringify(wanted)) {
    return "the settings changed";
  }
  if (service.sources.some((source) => changedSince(join(root, source), record.startedAt))) {
    return "the code changed";
  }
  const ports = service.ports.map((name) => record.ports[name]);
  const answers = await Promise.all(ports.map((port) => port !== undefined && accepts(port)));
  return answers.every(Boolean) ? undefined : "the service does not answer";
}

/**
 * Waits up to two seconds for a port of the loopback interface to become free, and returns whether the port is free. A
 * killed process counts as ended when its first thread has ended; its other threads keep its sockets open a moment longer.
 */
export async function becomesFree(port: number): Promise<boolean> {
  const deadline = performance.now() + 2_000;
  while (!(await isFree(port))) {
    if (performance.now() > deadline) {
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .on("error", () => resolve(false))
      .listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", timeout: 2_000 });
    const answer = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket
      .on("connect", () => answer(true))
      .on("timeout", () => answer(false))
      .on("error", () => answer(false));
  });
}

/** True if the file, or a file in the folder, was modified after `time` (milliseconds since 1970). Tests are ignored. */
function changedSince(path: string, time: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory()) {
    return (stat?.mtimeMs ?? 0) > time && !path.endsWith(".test.ts");
  }
  return readdirSync(path).some((name) => changedSince(join(path, name), time));
}
