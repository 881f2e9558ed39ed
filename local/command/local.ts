import { stat } from "node:fs/promises";
import { Collector, type Logging, type Output } from "./output";
import { startGroup } from "./process-group";

export interface LocalScript {
  readonly script: string;
  readonly dir?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** @default ["/bin/sh", "-c"] */
  readonly interpreter?: readonly string[];
  readonly stdin?: string;
  readonly logging: Logging;
}

/**
 * Runs a script on this machine. An abort ends the script and all processes that it started.
 *
 * @throws if the script cannot be started or does not exit with 0. The message contains the script's output, but not
 *   the script itself, which may hold a secret.
 */
export async function runLocally(
  script: LocalScript,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<Output> {
  signal.throwIfAborted();
  const cwd = script.dir ?? process.cwd();
  if (!(await stat(cwd).catch(() => undefined))?.isDirectory()) {
    throw new Error(`the command's directory ${cwd} does not exist`);
  }
  const custom = script.interpreter?.length ? script.interpreter : undefined;
  const [program = "", ...args] = custom === undefined ? FROM_DESCRIPTOR_3 : [...custom, script.script];
  const group = startGroup(program, args, { cwd, env: { ...process.env, ...script.environment } });
  const onAbort = () => group.end();
  signal.addEventListener("abort", onAbort);
  try {
    const [stdin, stdout, stderr, fourth] = group.process.stdio;
    // A command may end without reading its input; the error of the closed pipe is ignored.
    stdin?.on("error", () => {}).end(script.stdin ?? "");
    (fourth as NodeJS.WritableStream | null)
      ?.on("error", () => {})
      .end(custom === undefined ? script.script : "");
    const output = new Collector(script.logging, log);
    stdout?.on("data", (chunk: Buffer) => output.add("stdout", chunk));
    stderr?.on("data", (chunk: Buffer) => output.add("stderr", chunk));
    const failure = await new Promise<string | undefined>((resolve, reject) => {
      group.process.on("error", (error) =>
        reject(new Error(`${program} could not be started: ${error.message}`)),
      );
      group.process.on("close", (code, by) =>
        resolve(code === 0 ? undefined : by === null ? `exited with ${code}` : `was ended by ${by}`),
      );
    });
    const printed = output.end();
    if (signal.aborted) {
      throw new Error(`the command was ended: ${(signal.reason as Error).message}\n${output.both()}`.trim());
    }
    if (failure !== undefined) {
      throw new Error(`the command ${failure}\n${output.both()}`.trim());
    }
    return printed;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/**
 * A shell that reads its script from descriptor 3. A script may hold a secret, and every user of the machine can see
 * the arguments in the list of processes.
 */
const FROM_DESCRIPTOR_3 = ["/bin/sh", "-c", 'eval "$(/bin/cat <&3)" 3<&-'];
