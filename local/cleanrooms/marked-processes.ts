import { kill, type ProcessIdentity, processesWithVariable } from "../services/processes";

/**
 * The variable that every process in a room has: its services, the commands that run there, and what these start. Its value is
 * the room's folder.
 */
export const ROOM_VARIABLE = "CHAINFLEET_CLEANROOM";

/**
 * Kills all processes of a room, also those that are started meanwhile.
 *
 * @throws if processes go on although they were killed: what they use must not be deleted.
 */
export async function killProcesses(folder: string): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const found = processesIn(folder);
    if (found.length === 0) {
      return;
    }
    await kill(found);
  }
  const pids = processesIn(folder).map(({ pid }) => pid);
  throw new Error(`these processes of the cleanroom ${folder} cannot be killed: ${pids.join(", ")}`);
}

const MOST_ROUNDS = 10;

/** Stops all processes of a room: a waiting room then uses memory, and no processor. */
export function freeze(folder: string): void {
  const stopped = new Set<number>();
  // A process that goes on until it is stopped may have started another one.
  for (
    let found = processesIn(folder);
    found.some(({ pid }) => !stopped.has(pid));
    found = processesIn(folder)
  ) {
    signal(found, "SIGSTOP");
    for (const { pid } of found) {
      stopped.add(pid);
    }
  }
}

/** Continues what `freeze` has stopped. */
export function thaw(folder: string): void {
  signal(processesIn(folder), "SIGCONT");
}

function processesIn(folder: string): ProcessIdentity[] {
  return processesWithVariable(ROOM_VARIABLE, folder).filter(({ pid }) => pid !== process.pid);
}

function signal(processes: readonly ProcessIdentity[], name: NodeJS.Signals): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, name);
    } catch {
      // The process has ended in the meantime.
    }
  }
}
