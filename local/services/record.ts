import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ProcessIdentity } from "./processes";

/** What is written down about a service, for the next command to find it by. */
export interface ServiceRecord {
  /** The run folder. A record that names another was copied along with its checkout, and counts as none. */
  readonly folder: string;
  /** Absent when the service was stopped: only its ports are still of use, for the next start to take again. */
  readonly process?: ProcessIdentity;
  /** By name; empty until the service said it is ready. */
  readonly ports: Readonly<Record<string, number>>;
  readonly arguments: readonly string[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** Where a run keeps what belongs to one service. */
export function filesOf(folder: string, service: string) {
  return {
    record: join(folder, "services", `${service}.json`),
    /** The service's standard output: its ready line. */
    ready: join(folder, "services", `${service}.ready`),
    log: join(folder, "logs", `${service}.log`),
    state: join(folder, service),
  };
}

export function readRecord(folder: string, service: string): ServiceRecord | undefined {
  try {
    const record: ServiceRecord = JSON.parse(readFileSync(filesOf(folder, service).record, "utf8"));
    return record.folder === folder ? record : undefined;
  } catch {
    return undefined;
  }
}

export function writeRecord(service: string, record: ServiceRecord): void {
  const file = filesOf(record.folder, service).record;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.unfinished`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.unfinished`, file);
}
