import { readdirSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { isRunning } from "./processes";
import type { ServiceRecord } from "./record";
import type { Service } from "./service";

/** Why a service cannot be left as it is; undefined if it can. */
export async function restartReason(
  service: Service,
  record: ServiceRecord | undefined,
  wanted: readonly string[],
  root: string,
): Promise<string | undefined> {
  if (record?.process === undefined) {
    return "not started";
  }
  if (!isRunning(record.process)) {
    return "died";
  }
  if (JSON.stringify(record.arguments) !== JSON.stringify(wanted)) {
    return "its settings changed";
  }
  if (service.sources.some((source) => changedSince(join(root, source), record.startedAt))) {
    return "its code changed";
  }
  const ports = service.ports.map((name) => record.ports[name]);
  const answers = await Promise.all(ports.map((port) => port !== undefined && accepts(port)));
  return answers.every(Boolean) ? undefined : "does not answer";
}

/**
 * Whether a port of the loopback interface is free to listen on, or becomes it within two seconds: a killed
 * process counts as ended when its first thread has, and the others hold its sockets a moment longer.
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

/** Whether a file, or any file of the program below a folder, is newer; tests do not count. */
function changedSince(path: string, time: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || !stat.isDirectory()) {
    return (stat?.mtimeMs ?? 0) > time && !path.endsWith(".test.ts");
  }
  return readdirSync(path).some((name) => changedSince(join(path, name), time));
}
