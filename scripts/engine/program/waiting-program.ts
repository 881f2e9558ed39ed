import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { PROJECT_ROOT } from "../../../components/root";
import type { Preparation } from "./preload";

/** How a program is run. */
export interface ProgramRun {
  /** The command line of the SDK's `cmd/run`. */
  readonly args: readonly string[];
  /** Variables in addition to those of this process. The config is among them. */
  readonly environment: Readonly<Record<string, string>>;
  /** Called with each line that the program prints. */
  readonly onLine: (line: string) => void;
}

/** How a program ended. */
export interface ProgramEnd {
  /** Null if a signal ended the program. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that has loaded the program, or is loading it, and waits until it is to run the program once. */
export class WaitingProgram {
  readonly #process: ChildProcess;
  readonly #end: Promise<ProgramEnd>;

  constructor() {
    // A Ctrl+C at the terminal reaches the engine through the command, and the program through the engine.
    this.#process = spawn(process.execPath, ["--require", "./typescript.js", join(__dirname, "ahead.js")], {
      cwd: PROJECT_ROOT,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: true,
    });
    this.#end = once(this.#process, "close").then(([code, signal]) => ({ code, signal }));
    // Whoever runs the program learns how it ended, also if it could not be started or had ended before.
    this.#end.catch(() => {});
    this.#process.on("error", () => {});
    // A command that ends without running the program does not wait for it.
    for (const handle of [this.#process, this.#process.channel, this.#process.stdout, this.#process.stderr]) {
      (handle as { unref(): void } | null | undefined)?.unref();
    }
  }

  /** Lets the program prepare a part of its run while it waits. */
  prepare(part: Preparation): void {
    this.#process.send({ part }, () => {});
  }

  /**
   * Runs the program until it ends.
   *
   * @throws Error if the process could not be started.
   */
  async run({ args, environment, onLine }: ProgramRun): Promise<ProgramEnd> {
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      createInterface({ input: stream as NodeJS.ReadableStream }).on("line", onLine);
    }
    this.#process.send({ args, environment }, () => {});
    return this.#end;
  }

  kill(): void {
    this.#process.kill("SIGKILL");
  }
}
