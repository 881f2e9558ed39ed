import { type ChildProcess, spawn } from "node:child_process";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { ChainfleetError } from "../../components/error";
import { localTargetHint } from "./local-target";
import { missingAccess } from "./missing-access";

/**
 * Runs the Pulumi CLI in a process group of its own. A Ctrl+C at the terminal then reaches only this program, which
 * forwards the signal to the engine. In a common process group the engine would receive each signal twice.
 */
export class EngineCommand {
  /** The running CLIs, each with the name of its command. */
  readonly #running = new Map<ChildProcess, string>();
  #isInterrupted = false;

  /**
   * Asks the engines to stop: each finishes the operations in progress. No further engine is started. A CLI that reads or
   * writes a state or creates a stack is left to finish, because it takes a second and the run's record needs the result.
   */
  interrupt(): void {
    this.#isInterrupted = true;
    for (const [child, command] of this.#running) {
      if (ENGINE_COMMANDS.has(command)) {
        child.kill("SIGINT");
      }
    }
  }

  /** Lets engines be started again after an interruption, to clean up. */
  resume(): void {
    this.#isInterrupted = false;
  }

  /** Kills the CLIs and all of their child processes. */
  kill(): void {
    this.#isInterrupted = true;
    for (const { pid } of this.#running.keys()) {
      if (pid !== undefined) {
        killGroup(pid);
      }
    }
  }

  /**
   * This command in the form that the Automation API expects.
   *
   * @throws ChainfleetError `PULUMI_CLI_MISSING` if there is no `pulumi` on PATH.
   */
  async automation(): Promise<PulumiCommand> {
    const command = await PulumiCommand.get().catch((cause: unknown) => {
      throw missingCli(cause);
    });
    return Object.assign(command, { run: this.run.bind(this) });
  }

  /**
   * Runs the CLI. This method replaces the Automation API's `PulumiCommand.run` and therefore has the same positional
   * parameters.
   *
   * @throws EngineFailure if the exit code is not 0.
   */
  run(
    args: string[],
    cwd: string,
    env: Record<string, string>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
  ): Promise<CommandResult> {
    return this.#start(args, { cwd, env, onOutput, onError });
  }

  /**
   * Runs the CLI and writes a text to its standard input: what must be neither in a file nor among the arguments.
   *
   * @throws EngineFailure if the exit code is not 0.
   */
  runWithInput(
    args: string[],
    input: string,
    { cwd, env }: Pick<CommandContext, "cwd" | "env">,
  ): Promise<CommandResult> {
    return this.#start(args, { cwd, env, input });
  }

  #start(args: string[], { cwd, env, input, onOutput, onError }: CommandContext): Promise<CommandResult> {
    const [command = ""] = args;
    if (this.#isInterrupted && ENGINE_COMMANDS.has(command)) {
      const stderr = "The run was interrupted before this engine began.";
      return Promise.reject(new EngineFailure(command, { stdout: "", stderr, code: -1 }, "SIGINT"));
    }
    const child = spawn("pulumi", [...args, "--non-interactive"], {
      cwd,
      env: {
        // With a backend of files, the engine rewrites the whole state at each step, which creates much garbage.
        // Collecting the garbage less often saves a fifth of the engine's time there.
        GOGC: "400",
        ...process.env,
        ...env,
        PULUMI_AUTOMATION_API: "true",
      },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      detached: true,
    });
    this.#running.set(child, command);
    // A CLI that ends before it has read everything says why on its standard error.
    child.stdin?.on("error", () => {}).end(input);
    const stdout = collect(child.stdout as NodeJS.ReadableStream, onOutput);
    const stderr = collect(child.stderr as NodeJS.ReadableStream, onError);
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        this.#running.delete(child);
        const result = { stdout: stdout.text(), stderr: stderr.text(), code: code ?? -1 };
        if (code === 0) {
          resolve(result);
        } else {
          reject(new EngineFailure(command, result, signal));
        }
      });
    });
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The process group has ended just now.
  }
}

/** The commands of the CLI that run an engine. */
const ENGINE_COMMANDS: ReadonlySet<string> = new Set(["up", "destroy", "refresh", "preview"]);

interface CommandContext {
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly input?: string;
  readonly onOutput?: ((text: string) => void) | undefined;
  readonly onError?: ((text: string) => void) | undefined;
}

export function missingCli(cause: unknown): ChainfleetError {
  return new ChainfleetError({
    code: "PULUMI_CLI_MISSING",
    summary: "The Pulumi CLI (pulumi) is not on the PATH of this shell.",
    next: ["Install the CLI: https://www.pulumi.com/docs/install/", ...localTargetHint()].join("\n"),
    cause,
  });
}

/** The output and the exit code of a run of the CLI. The code is -1 if a signal ended the CLI. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** A run of the CLI that failed, with the output of the CLI. */
export class EngineFailure extends ChainfleetError {
  constructor(
    readonly command: string,
    readonly result: CommandResult,
    readonly signal: NodeJS.Signals | null,
  ) {
    const text = lastLines(result);
    super(
      missingAccess(text) ?? {
        code: "ENGINE_FAILED",
        summary: `pulumi ${command} ended with ${signal ?? `exit code ${result.code}`}:\n${text}`,
      },
    );
    this.name = "EngineFailure";
  }
}

function lastLines({ stdout, stderr }: CommandResult): string {
  return (stderr.trim() || stdout.trim()).split("\n").slice(-15).join("\n");
}

function collect(stream: NodeJS.ReadableStream, listen: ((text: string) => void) | undefined) {
  const chunks: string[] = [];
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    chunks.push(chunk);
    listen?.(chunk);
  });
  return { text: () => chunks.join("") };
}
