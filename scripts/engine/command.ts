import { type ChildProcess, spawn } from "node:child_process";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { ChainfleetError } from "../../components/error";
import { localTargetHint } from "./local-target";

/**
 * The Pulumi CLI, started in a process group of its own: a Ctrl+C at the terminal reaches this program alone,
 * which then decides what the engine hears. (Inside our group it would hear each one twice.)
 */
export class EngineCommand {
  readonly #running = new Set<ChildProcess>();

  /** Asks the engine to stop: the first time it finishes what is under way, the second time it stops at once. */
  interrupt(): void {
    for (const child of this.#running) {
      child.kill("SIGINT");
    }
  }

  /** Ends the engine and all its children now. */
  kill(): void {
    for (const { pid } of this.#running) {
      if (pid !== undefined) {
        process.kill(-pid, "SIGKILL");
      }
    }
  }

  /**
   * The command in the form the Automation API takes.
   *
   * @throws ChainfleetError when there is no `pulumi` on PATH.
   */
  async automation(): Promise<PulumiCommand> {
    const command = await PulumiCommand.get().catch((cause: unknown) => {
      throw notFound(cause);
    });
    return Object.assign(command, { run: this.run.bind(this) });
  }

  /**
   * Runs the CLI. The positional parameters are those of the Automation API's `PulumiCommand.run`, in whose place
   * `automation` puts this method.
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
    const child = spawn("pulumi", [...args, "--non-interactive"], {
      cwd,
      env: {
        // The engine rewrites its whole state at each step: collecting that garbage less often saves a fifth of its time.
        GOGC: "400",
        ...process.env,
        ...env,
        PULUMI_AUTOMATION_API: "true",
      },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    this.#running.add(child);
    const stdout = collect(child.stdout, onOutput);
    const stderr = collect(child.stderr, onError);
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        this.#running.delete(child);
        const result = { stdout: stdout.text(), stderr: stderr.text(), code: code ?? -1 };
        if (code === 0) {
          resolve(result);
        } else {
          reject(new EngineFailure(args[0] ?? "", result, signal));
        }
      });
    });
  }
}

export function notFound(cause: unknown): ChainfleetError {
  return new ChainfleetError({
    code: "PULUMI_CLI_MISSING",
    summary: "There is no Pulumi CLI on this shell's PATH.",
    next: ["Install it: https://www.pulumi.com/docs/install/", ...localTargetHint()].join("\n"),
    cause,
  });
}

/** What a finished CLI left. */
export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** The CLI ended with an error. What it printed is kept. */
export class EngineFailure extends ChainfleetError {
  constructor(
    readonly command: string,
    readonly result: CommandResult,
    readonly signal: NodeJS.Signals | null,
  ) {
    super({
      code: "ENGINE_FAILED",
      summary: `pulumi ${command} ended with ${signal ?? `exit code ${result.code}`}:\n${lastLines(result)}`,
    });
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
