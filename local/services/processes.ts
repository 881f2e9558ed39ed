import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/**
 * Identifies one process. The process id alone does not: the kernel gives the id of a process that has ended to another
 * process, but that process has another start time.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot, field 22 of /proc/<pid>/stat; see proc_pid_stat(5). */
  readonly startTime: number;
}

/** The identity of the process with that id; undefined if no such process runs. Zombies count as ended. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = read(pid, "stat");
  // The second field is the program's name in brackets. The name may itself contain blanks and brackets, the other fields do not.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  const [state] = fields;
  const startTime = Number(fields[19]);
  return state === undefined || state === "Z" || Number.isNaN(startTime) ? undefined : { pid, startTime };
}

export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  return identify(pid)?.startTime === startTime;
}

/** All processes that were started with the environment variable. Children inherit the variable from their parents. */
export function processesWithVariable(name: string, value: string): ProcessIdentity[] {
  const variable = `${name}=${value}`;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => read(pid, "environ")?.split("\0").includes(variable))
    .flatMap((pid) => identify(pid) ?? []);
}

/**
 * The plugins of engines that were killed. The official plugins go on when their engine has ended, each with some 100 MiB.
 *
 * @param home the PULUMI_HOME of the engines.
 */
export function orphanedPlugins(home: string): ProcessIdentity[] {
  const processes = processesWithVariable("PULUMI_HOME", home);
  const pids = new Set(processes.map(({ pid }) => pid));
  return processes.filter(({ pid }) => isPlugin(pid) && !pids.has(parentOf(pid) ?? 0));
}

function isPlugin(pid: number): boolean {
  const program = read(pid, "cmdline")?.split("\0")[0] ?? "";
  return basename(program).startsWith("pulumi-resource-");
}

/** Field 4 of /proc/<pid>/stat. */
function parentOf(pid: number): number | undefined {
  const stat = read(pid, "stat");
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

/** Resident memory of the processes in MiB. A page that several processes share is counted for each of them. */
export function residentMebibytes(processes: readonly ProcessIdentity[]): number {
  const kibibytes = processes.map(({ pid }) =>
    Number(/^VmRSS:\s+(\d+)/m.exec(read(pid, "status") ?? "")?.[1] ?? 0),
  );
  return Math.round(kibibytes.reduce((sum, each) => sum + each, 0) / 1024);
}

/** Sends SIGTERM to the processes, and SIGKILL to those that still run after the grace period. */
export async function end(processes: readonly ProcessIdentity[], graceMilliseconds: number): Promise<void> {
  signal(processes, "SIGTERM");
  if (!(await haveEnded(processes, graceMilliseconds))) {
    signal(processes, "SIGKILL");
    await haveEnded(processes, 5_000);
  }
}

/** Sends SIGKILL to the processes and waits until they have ended. */
export async function kill(processes: readonly ProcessIdentity[]): Promise<void> {
  signal(processes, "SIGKILL");
  await haveEnded(processes, 5_000);
}

function signal(processes: readonly ProcessIdentity[], name: NodeJS.Signals): void {
  for (const process_ of processes.filter(isRunning)) {
    try {
      process.kill(process_.pid, name);
    } catch {
      // The process has ended in the meantime.
    }
  }
}

/** Waits until all processes have ended. Returns false if one still runs after `milliseconds`. */
async function haveEnded(processes: readonly ProcessIdentity[], milliseconds: number): Promise<boolean> {
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
