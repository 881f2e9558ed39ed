import { end, isRunning, type ProcessIdentity, residentMebibytes, withVariable } from "./processes";
import { filesOf, readRecord, writeRecord } from "./record";
import type { Service } from "./service";
import { processMarker, type Run } from "./start";

/**
 * Stops every service and whatever it started, and leaves no process. The ports stay written down, so that
 * a shell that has them in its environment finds the services there again after the next start.
 */
export async function stop(run: Run): Promise<void> {
  await Promise.all(
    run.services.map(async (service) => {
      const record = readRecord(run.folder, service.name);
      if (record?.process !== undefined && isRunning(record.process)) {
        const began = performance.now();
        await end([record.process], GRACE_MS);
        run.say(`${service.name}: stopped after ${((performance.now() - began) / 1000).toFixed(1)} s`);
      }
      await end(processesOf(run, service), 1_000);
      if (record !== undefined) {
        const { process: _, ...stopped } = record;
        writeRecord(service.name, stopped);
      }
    }),
  );
}

/** The longest that a service may take to write down its state; the control plane has the most to do. */
const GRACE_MS = 15_000;

/** One line of `local/status`. */
export interface ServiceStatus {
  readonly name: string;
  readonly running: boolean;
  readonly pid?: number;
  readonly ports: Readonly<Record<string, number>>;
  /** Resident memory of the service and its children. */
  readonly mebibytes: number;
  readonly log: string;
}

export function status(run: Pick<Run, "folder" | "services">): ServiceStatus[] {
  return run.services.map((service) => {
    const record = readRecord(run.folder, service.name);
    const running = record?.process !== undefined && isRunning(record.process);
    return {
      name: service.name,
      running,
      ...(running ? { pid: record.process.pid } : {}),
      ports: record?.ports ?? {},
      mebibytes: residentMebibytes(processesOf(run, service)),
      log: filesOf(run.folder, service.name).log,
    };
  });
}

function processesOf(run: Pick<Run, "folder">, service: Service): ProcessIdentity[] {
  const mark = processMarker(run, service);
  return withVariable(mark.name, mark.value);
}
