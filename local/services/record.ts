import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ProcessIdentity } from "./processes";

/** The record of a service on disk, by which later commands find the service. */
export interface ServiceRecord {
  /** The run folder. A record with another folder was copied together with its checkout, and is ignored. */
  readonly folder: string;
  /** Absent if the service was stopped. Its record then only keeps the ports, which the next start uses again. */
  readonly process?: ProcessIdentity;
  /** Ports by name. Until the service is ready, these are the ports of its previous process. */
  readonly ports: Readonly<Record<string, number>>;
  readonly arguments: readonly string[];
  /** Milliseconds since 1 January 1970. */
  readonly startedAt: number;
}

/** Paths of the files and folders of one service. */
export function filesOf(folder: string, service: string) {
  return {
    record: join(folder, "services", `${service}.json`),
    /** The service's standard output, whose first line announces the ports. */
    ready: join(folder, "services", `${service}.ready`),
    log: join(folder, "logs", `${service}.log`),
    state: join(folder, service),
  };
}

/** The record of a service; undefined if there is none, or none that belongs to this run folder. */
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
