import { type ExecFileException, execFile } from "node:child_process";

/** Runs a program of this machine and collects its output. */
export type Shell = (program: string, args: readonly string[]) => Promise<ShellResult>;

export interface ShellResult {
  /** The exit code; `missing` if the machine has no such program, and `silent` if it did not end in time. */
  readonly code: number | "missing" | "silent";
  readonly stdout: string;
  readonly stderr: string;
}

/** The seconds after which a program that does not end is killed: clouds answer within a few. */
const PATIENCE = 60;

export const shell: Shell = (program, args) =>
  new Promise((resolve) => {
    const options = { encoding: "utf8", timeout: PATIENCE * 1000, maxBuffer: 64 * 1024 * 1024 } as const;
    execFile(program, [...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : codeOf(error), stdout, stderr }),
    );
  });

function codeOf({ code, killed }: ExecFileException): ShellResult["code"] {
  if (code === "ENOENT") {
    return "missing";
  }
  return killed === true ? "silent" : typeof code === "number" ? code : 1;
}

/** Why a program gave no answer, in one line. */
export function failureOf(program: string, { code, stderr }: ShellResult): string {
  const [line = ""] = stderr
    .trim()
    .split("\n")
    .filter((text) => text.trim() !== "");
  switch (code) {
    case "missing":
      return `${program} is not on the PATH`;
    case "silent":
      return `${program} did not answer within ${PATIENCE} s`;
    default:
      return line === "" ? `${program} ended with exit code ${code}` : line;
  }
}

/** The JSON that a program printed; undefined if it failed or printed none. */
export function jsonOf({ code, stdout }: ShellResult): unknown {
  try {
    return code === 0 ? JSON.parse(stdout) : undefined;
  } catch {
    return undefined;
  }
}
