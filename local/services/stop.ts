import { pulumiHome } from "./environment";
import {
  end,
  isRunning,
  orphanedPlugins,
  type ProcessIdentity,
  processesWithVariable,
  residentMebibytes,
} from "./processes";
import { filesOf, readRecord, writeRecord } from "./record";
import type { Service } from "./service";
import { processMarker, type Run } from "./start";

/**
 * Stops all services with the processes that they started, and the plugins of engines that were killed. The records keep the ports: the next start uses the same ports,
 * so that they stay valid in the environment of a shell.
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
  const plugins = orphanedPlugins(pulumiHome(run.root));
  if (plugins.length > 0) {
    await end(plugins, 1_000);
    run.say(`plugins of engines that were killed: ${plugins.length} stopped`);
  }
}

/** The time that a service has to write its state to disk. The Kubernetes control plane needs the longest. */
const GRACE_MS = 15_000;

/** The status of a service, which `local/status` prints as one line. */
export interface ServiceStatus {
  readonly name: string;
  readonly running: boolean;
  readonly pid?: number;
  readonly ports: Readonly<Record<string, number>>;
  /** Resident memory of the service and its children in MiB. */
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
  return processesWithVariable(mark.name, mark.value);
}
