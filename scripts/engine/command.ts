import { type ChildProcess, spawn } from "node:child_process";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { SemVer } from "semver";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import { localTargetHint } from "./local-target";
import { missingAccess } from "./missing-access";
import { type ProgramService, serveProgram } from "./program/language-runtime";
import type { Preparation } from "./program/preload";
import { WaitingProgram } from "./program/waiting-program";
import { unknownStack } from "./unknown-stack";

/**
 * The oldest version of the Pulumi CLI that runs this project, which is `requiredPulumiVersion` in Pulumi.yaml. The CLI
 * itself refuses an `up`, `preview`, `refresh` and `destroy` if it is older.
 */
export const OLDEST_CLI = "3.248.0";

/**
 * Runs the Pulumi CLI in a process group of its own. A Ctrl+C at the terminal then reaches only this program, which
 * forwards the signal to the engine. In a common process group the engine would receive each signal twice.
 */
export class EngineCommand {
  /** The running CLIs, each with the name of its command. */
  readonly #running = new Map<ChildProcess, string>();
  /** The runs that were started ahead, by their arguments. */
  readonly #ahead = new Map<string, Promise<CommandResult>>();
  /** The programs that were started ahead. Undefined if engines start their programs themselves. */
  #programs: WaitingProgram[] | undefined;
  readonly #services = new Set<ProgramService>();
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
    for (const service of this.#services) {
      service.close();
    }
    for (const { pid } of this.#running.keys()) {
      if (pid !== undefined) {
        killGroup(pid);
      }
    }
  }

  /**
   * This command in the form that the Automation API expects. `PulumiCommand.get` is not used, because it runs the CLI to
   * ask for its version.
   */
  automation(): PulumiCommand {
    return Object.assign(Object.create(PulumiCommand.prototype) as PulumiCommand, {
      command: "pulumi",
      version: new SemVer(OLDEST_CLI),
      run: this.run.bind(this),
    });
  }

  /**
   * Starts a run of the CLI that is certain to be needed, while the rest of this program is loaded. The next call of `run`
   * with the same arguments takes its result.
   */
  startAhead(args: string[], cwd: string): void {
    const result = this.#start(args, { cwd, env: {} });
    // Whoever takes the result also takes the failure. If nobody does, another error has ended the command.
    result.catch(() => {});
    this.#ahead.set(keyOf(args), result);
  }

  /**
   * Starts the program of an `up` or a `preview` that is certain to follow, so that the program is loaded when the engine asks
   * for it. Every engine of this command gets its program from here then.
   */
  startProgramAhead(): void {
    this.#programs = [...(this.#programs ?? []), new WaitingProgram()];
  }

  /** Lets the program that was started ahead prepare parts of the run that not every run has. */
  prepareInProgram(...parts: readonly Preparation[]): void {
    for (const part of parts) {
      this.#programs?.[0]?.prepare(part);
    }
  }

  /** Lets engines start their programs themselves, as they do without this command. */
  leaveProgramToEngine(): void {
    for (const program of this.#programs ?? []) {
      program.kill();
    }
    this.#programs = undefined;
  }

  /**
   * Runs the CLI. This method replaces the Automation API's `PulumiCommand.run` and therefore has the same positional
   * parameters.
   *
   * @throws EngineFailure if the exit code is not 0.
   * @throws ChainfleetError `PULUMI_CLI_MISSING` if there is no `pulumi` on PATH.
   */
  run(
    args: string[],
    cwd: string,
    env: Record<string, string>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
  ): Promise<CommandResult> {
    const ahead = this.#ahead.get(keyOf(args));
    this.#ahead.delete(keyOf(args));
    return ahead ?? this.#startWithProgram(args, { cwd, env, onOutput, onError });
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

  async #startWithProgram(args: string[], context: CommandContext): Promise<CommandResult> {
    // The program of another project, with which recovery looks resources up, is not this one.
    if (
      this.#programs === undefined ||
      !PROGRAM_COMMANDS.has(args[0] ?? "") ||
      context.cwd !== PROJECT_ROOT
    ) {
      return this.#start(args, context);
    }
    const service = await serveProgram({
      program: this.#programs.shift() ?? new WaitingProgram(),
      environment: environmentOf(context),
    });
    this.#services.add(service);
    try {
      return await this.#start([...args, `--client=${service.address}`], context);
    } finally {
      service.close();
      this.#services.delete(service);
    }
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
        ...environmentOf({ env }),
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
      child.on("error", (error: NodeJS.ErrnoException) => {
        this.#running.delete(child);
        reject(error.code === "ENOENT" ? missingCli(error) : error);
      });
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

/** The variables of a CLI that this process does not have. */
function environmentOf({ env }: Pick<CommandContext, "env">): Record<string, string> {
  return { ...env, PULUMI_AUTOMATION_API: "true" };
}

function keyOf(args: readonly string[]): string {
  return args.join("\0");
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

/** Those that also run the program. */
const PROGRAM_COMMANDS: ReadonlySet<string> = new Set(["up", "preview"]);

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
      missingAccess(text) ??
        unknownStack(text) ?? {
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
