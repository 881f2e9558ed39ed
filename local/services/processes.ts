import { readdirSync, readFileSync } from "node:fs";

/**
 * One process and no other: its id may be given to a stranger once it has ended, but not together with the
 * same start time (clock ticks since boot, field 22 of /proc/<pid>/stat; see proc_pid_stat(5)).
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: number;
}

/** Undefined if there is no such process, or it has ended and only waits for its parent to notice. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = read(pid, "stat");
  // The second field, the program's name, may hold blanks and brackets; what follows its last bracket does not.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  const [state] = fields;
  const startTime = Number(fields[19]);
  return state === undefined || state === "Z" || Number.isNaN(startTime) ? undefined : { pid, startTime };
}

export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  return identify(pid)?.startTime === startTime;
}

/** The processes that have the variable in the environment they were started with: a mark that children inherit. */
export function withVariable(name: string, value: string): ProcessIdentity[] {
  const variable = `${name}=${value}`;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => read(pid, "environ")?.split("\0").includes(variable))
    .flatMap((pid) => identify(pid) ?? []);
}

/** Memory that the processes have resident, in MiB. Pages shared among them count more than once. */
export function residentMebibytes(processes: readonly ProcessIdentity[]): number {
  const kibibytes = processes.map(({ pid }) =>
    Number(/^VmRSS:\s+(\d+)/m.exec(read(pid, "status") ?? "")?.[1] ?? 0),
  );
  return Math.round(kibibytes.reduce((sum, each) => sum + each, 0) / 1024);
}

/** Asks the processes to end, waits, and ends those that have not by then. */
export async function end(processes: readonly ProcessIdentity[], graceMilliseconds: number): Promise<void> {
  signal(processes, "SIGTERM");
  if (!(await gone(processes, graceMilliseconds))) {
    signal(processes, "SIGKILL");
    await gone(processes, 5_000);
  }
}

/** Ends the processes at once. */
export async function kill(processes: readonly ProcessIdentity[]): Promise<void> {
  signal(processes, "SIGKILL");
  await gone(processes, 5_000);
}

function signal(processes: readonly ProcessIdentity[], name: NodeJS.Signals): void {
  for (const process_ of processes.filter(isRunning)) {
    try {
      process.kill(process_.pid, name);
    } catch {
      // It ended in the meantime.
    }
  }
}

async function gone(processes: readonly ProcessIdentity[], milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (processes.some(isRunning)) {
    if (performance.now() > deadline) {
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
}

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return undefined;
  }
}
