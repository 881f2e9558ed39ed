import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process of this machine, read from `/proc`. */
export interface RunningProcess {
  readonly pid: number;
  /** The command line, its arguments separated by spaces. */
  readonly command: string;
  readonly workingDirectory: string;
  /** The environment with which the process was started, as `NAME=value` entries separated by NUL. */
  readonly environment: string;
}

/** The processes of this machine that this user may inspect. */
export function runningProcesses(): RunningProcess[] {
  return readOfEachProcess((pid) => ({
    pid,
    command: commandLine(pid),
    workingDirectory: readlinkSync(`/proc/${pid}/cwd`),
    environment: readFileSync(`/proc/${pid}/environ`, "utf8"),
  }));
}

/** The command lines of all processes of this machine, those of other users included. */
export function commandLines(): string[] {
  return readOfEachProcess(commandLine);
}

/** Samples the command lines of all processes until the returned function is called, which returns them all. */
export function recordCommandLines(): () => string[] {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const command of commandLines()) {
      seen.add(command);
    }
  }, 50);
  return () => {
    clearInterval(timer);
    return [...seen];
  };
}

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
}

function readOfEachProcess<Result>(read: (pid: number) => Result): Result[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [read(Number(name))];
      } catch {
        // The process has ended since the listing, or belongs to another user.
        return [];
      }
    });
}
