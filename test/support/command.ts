import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import type { Readable } from "node:stream";

/** Output and exit code of a command that has ended. */
export interface CommandResult {
  /** `null` if a signal ended the command. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams, in the order in which they arrived. */
  readonly output: string;
}

/** A command that was started. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly finished: Promise<CommandResult>;
}

/** Starts a command, collects its output, and writes `input`, if given, to its standard input. */
export function startCommand(
  command: string,
  args: readonly string[],
  { input, ...options }: Pick<SpawnOptions, "cwd" | "env" | "detached"> & { readonly input?: string },
): RunningCommand {
  const child = spawn(command, args, {
    ...options,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  const all: Buffer[] = [];
  const stdout = collect(child.stdout, all);
  const stderr = collect(child.stderr, all);
  child.stdin?.end(input);
  const finished = new Promise<CommandResult>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) =>
      resolve({ code, stdout: text(stdout), stderr: text(stderr), output: text(all) }),
    );
  });
  return { child, finished };
}

function collect(stream: Readable | null, all: Buffer[]): Buffer[] {
  const chunks: Buffer[] = [];
  stream?.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    all.push(chunk);
  });
  return chunks;
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString();
}
